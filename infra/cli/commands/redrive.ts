import { redriveDeadLetters, redriveQueues } from '../../operations/redrive.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import type { ExitCode, Output } from '../command.ts';

export async function redrive(ports: StackPorts, output: Output): Promise<ExitCode> {
  let nothing = true;
  for await (const redriven of redriveDeadLetters(ports)) {
    nothing = false;
    output.print(output.json ? JSON.stringify(redriven) : redriven.uploadId);
  }
  for await (const { of, count } of redriveQueues(ports)) {
    if (count === 0) continue;
    nothing = false;
    // Pindrop's own dead-letter queue contains messages only while report-dead-letter fails to report them.
    const queue = of === '' ? 'the queue of drops' : `the queue of ${of}`;
    output.say(`${count} ${count === 1 ? 'dead letter was' : 'dead letters were'} moved back to ${queue}.`);
  }
  if (nothing) output.say('There are no dead letters to retry.');
  return 0;
}
