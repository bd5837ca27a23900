import { DEFAULT_STACK_NAME, type StackLocation } from '../operations/stack-location.ts';

/** How to call the operator's command in a checkout, or where the npm package is installed. */
export const PINDROP = import.meta.url.endsWith('.ts') ? 'npm run pindrop --' : 'npx pindrop';

/** Builds a command line for the same stack, which the user can copy. @param command such as `retry UPLOAD_ID` */
export function hint(
  command: string,
  { local, stackName, selector = stackName }: Pick<StackLocation, 'local' | 'stackName' | 'selector'>,
): string {
  if (local) return `${PINDROP} ${command} --local`;
  return selector === DEFAULT_STACK_NAME ? `${PINDROP} ${command}` : `${PINDROP} ${command} --stack ${selector}`;
}
