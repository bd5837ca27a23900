import { reschedulePin } from '../../operations/pins.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import type { ExitCode, Output } from '../command.ts';

/** @param dueAt ISO 8601, UTC */
export async function reschedule(
  uploadId: string,
  { dueAt }: { dueAt: string },
  ports: StackPorts,
  output: Output,
): Promise<ExitCode> {
  await reschedulePin(uploadId, dueAt, ports);
  output.print(output.json ? JSON.stringify({ uploadId, dueAt }) : `The Pin of ${uploadId} is due at ${dueAt}.`);
  return 0;
}
