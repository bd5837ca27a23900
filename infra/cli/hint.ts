import { DEFAULT_STACK_NAME, type StackLocation } from '../operations/stack-location.ts';

/** What a person types in front of a command. */
export const PINDROP = 'npm run pindrop --';

/** A command to paste, for the same stack. @param command such as `retry UPLOAD_ID` */
export function hint(command: string, { local, stackName }: Pick<StackLocation, 'local' | 'stackName'>): string {
  if (local) return `${PINDROP} ${command} --local`;
  return stackName === DEFAULT_STACK_NAME ? `${PINDROP} ${command}` : `${PINDROP} ${command} --stack ${stackName}`;
}
