import { OperationError } from '../../operations/operation-error.ts';
import { cancelPin } from '../../operations/pins.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import type { ExitCode, Output } from '../command.ts';

/** Cancels the Pins of uploads. If one cannot be cancelled, the others are still cancelled. */
export async function cancelEach(uploadIds: string[], ports: StackPorts, output: Output): Promise<ExitCode> {
  let code: ExitCode = 0;
  for (const uploadId of uploadIds) {
    try {
      await cancelPin(uploadId, ports);
      output.print(
        output.json ? JSON.stringify({ uploadId, state: 'cancelled' }) : `The Pin of ${uploadId} is cancelled.`,
      );
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      output.say(error.message);
      code = 1;
    }
  }
  return code;
}
