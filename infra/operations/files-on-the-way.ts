import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { queueDepth } from './stack-health.ts';
import { outputOf } from './stack-outputs.ts';
import type { StackPorts } from './stack-ports.ts';

/** Counts of the files that have no final event yet, and of the Pins that have none. */
export interface FilesOnTheWay {
  /** Files in the queue, or being uploaded. */
  queued: number;
  /** Files that an execution follows: Pinterest has them. */
  followed: number;
  /** Files in the dead-letter queue. */
  deadLetters: number;
  /** Pins of the example `publish-pin` that are not published yet, such as scheduled ones. */
  pins: number;
}

export async function filesOnTheWay(ports: StackPorts): Promise<FilesOnTheWay> {
  const { PublishPinStateMachineArn: pinMachineArn } = ports.outputs;
  const [queue, dead, followed, pins] = await Promise.all([
    queueDepth(outputOf(ports, 'QueueUrl'), ports),
    queueDepth(outputOf(ports, 'DeadLetterQueueUrl'), ports),
    runningExecutions(outputOf(ports, 'StateMachineArn'), ports),
    pinMachineArn ? runningExecutions(pinMachineArn, ports) : 0,
  ]);
  return { queued: queue.ready + queue.inFlight, followed, deadLetters: dead.ready + dead.inFlight, pins };
}

async function runningExecutions(stateMachineArn: string, ports: StackPorts): Promise<number> {
  let running = 0;
  let nextToken: string | undefined;
  do {
    const page = await ports.states.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken }),
    );
    running += page.executions?.length ?? 0;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return running;
}
