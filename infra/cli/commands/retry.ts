import { AlreadySucceededError, retry } from '../../operations/new-attempt.ts';
import { OperationError } from '../../operations/operation-error.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import type { ExitCode, Output } from '../command.ts';

/** @param whats upload ids or S3 URLs. If one cannot be retried, the others are still retried. */
export async function retryEach(
  whats: string[],
  { again }: { again: boolean },
  ports: StackPorts,
  output: Output,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  for (const what of whats) {
    try {
      const uploadId = await retry(what, ports, { again });
      output.print(output.json ? JSON.stringify({ uploadId, of: what }) : uploadId);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      const advice =
        error instanceof AlreadySucceededError ? ' Add --again to upload it once more, as another media.' : '';
      output.say(`${error.message}${advice}`);
      code = 1;
    }
  }
  return code;
}
