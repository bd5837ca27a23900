import { DEFAULT_STACK_NAME, type StackLocation } from '../operations/stack-location.ts';

/** What a person types in front of a command: in a checkout, or where the package is installed. */
export const PINDROP = import.meta.url.endsWith('.ts') ? 'npm run pindrop --' : 'npx pindrop';

/** A command to paste, for the same stack. @param command such as `retry UPLOAD_ID` */
export function hint(
  command: string,
  { local, stackName, selector = stackName }: Pick<StackLocation, 'local' | 'stackName' | 'selector'>,
): string {
  if (local) return `${PINDROP} ${command} --local`;
  return selector === DEFAULT_STACK_NAME ? `${PINDROP} ${command}` : `${PINDROP} ${command} --stack ${selector}`;
}
