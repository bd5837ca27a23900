import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskSuccessCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { type PinSchedule, s3PinSchedules } from '../../functions/examples/publish-pin/pin-schedule.ts';
import type { PinEventDetail } from '../../shared/events/pin/pin-events.ts';
import { executionArn } from '../../shared/upload/execution-arn.ts';
import { OperationError } from './operation-error.ts';
import type { StackPorts } from './stack-ports.ts';
import { findUpload } from './uploads.ts';

export type PinPorts = Pick<StackPorts, 's3' | 'states' | 'outputs' | 'stackName'>;

/** The Pin of an upload, as the example `publish-pin` knows it. Times are ISO 8601, UTC. */
export type KnownPin =
  /** `dueAt` is absent while the Pin waits for other Pins, and nobody scheduled it. */
  | { state: 'waiting'; dueAt?: string }
  /** An operator cancelled the Pin. Its event comes when its execution wakes, which takes a moment. */
  | { state: 'cancelled'; dueAt?: string }
  /** The Pin was requested, or is about to be: nobody can cancel it. */
  | { state: 'publishing'; dueAt?: string }
  | { state: 'published'; pinId: string; publishedAt: string; dueAt?: string; lateBySeconds?: number }
  | { state: 'failed'; reason: string; message: string; dueAt?: string }
  /** The execution ended without an event. */
  | { state: 'broken' };

/** True when the stack has the example `publish-pin`. */
export const publishesPins = ({ outputs }: Pick<PinPorts, 'outputs'>) => 'PublishPinStateMachineArn' in outputs;

/**
 * Finds the Pin of an upload.
 * @returns undefined before the upload succeeded, after it failed, and in a stack without `publish-pin`
 */
export async function findPin(uploadId: string, ports: PinPorts): Promise<KnownPin | undefined> {
  const { PublishPinStateMachineArn: machine, PublishPinBucketName: bucket } = ports.outputs;
  if (!machine || !bucket) return undefined;
  try {
    const { status, output } = await ports.states.send(
      new DescribeExecutionCommand({ executionArn: executionArn(machine, uploadId) }),
    );
    if (status === 'SUCCEEDED') return endedPin(JSON.parse(output ?? '{}').finalEvent?.detail);
    if (status !== 'RUNNING') return { state: 'broken' };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
  const { value } = await s3PinSchedules(ports.s3, bucket).read(uploadId);
  return { state: WORDS[value?.state ?? 'open'], dueAt: value?.dueAt };
}

const WORDS = { open: 'waiting', closed: 'publishing', cancelled: 'cancelled' } as const;

function endedPin(detail: PinEventDetail | undefined): KnownPin {
  if (detail === undefined) return { state: 'broken' };
  const { dueAt } = detail;
  if (detail.status === 'failed') return { state: 'failed', ...detail.failure, dueAt };
  const { pinId, publishedAt, lateBySeconds } = detail;
  return { state: 'published', pinId, publishedAt, dueAt, lateBySeconds };
}

/**
 * Cancels the Pin of an upload. It then ends with `Pin Failed` and the reason `cancelled`.
 * @throws OperationError when it is too late, with what became of the Pin
 */
export async function cancelPin(uploadId: string, ports: PinPorts): Promise<void> {
  await changeSchedule(uploadId, ports, ({ taskToken, dueAt }) => ({ state: 'cancelled', dueAt, taskToken }));
}

/**
 * Changes when the Pin of an upload is due.
 * @param dueAt ISO 8601, UTC
 * @throws OperationError when it is too late, with what became of the Pin
 */
export async function reschedulePin(uploadId: string, dueAt: string, ports: PinPorts): Promise<void> {
  await changeSchedule(uploadId, ports, ({ state, taskToken }) => {
    if (state === 'cancelled')
      throw new OperationError(`The Pin of ${uploadId} was cancelled: retry the drop instead.`);
    return { state: 'open', dueAt, taskToken };
  });
}

/** How long to wait for a Pin that is being published, to say what became of it. */
const CURIOSITY_MS = 15_000;

/** The conditional write decides: either this change counts, or the execution has closed the schedule. */
async function changeSchedule(
  uploadId: string,
  ports: PinPorts,
  change: (before: Partial<PinSchedule>) => PinSchedule,
): Promise<void> {
  const bucket = ports.outputs['PublishPinBucketName'];
  if (!bucket)
    throw new OperationError(
      `The stack ${ports.stackName} publishes no Pins: deploy it with -c with=publish-pin, or name the right one with --stack.`,
    );
  await mustWait(uploadId, ports);
  for (;;) {
    const found = await s3PinSchedules(ports.s3, bucket).read(uploadId);
    if (found.value?.state === 'closed') throw await tooLate(uploadId, ports);
    const after = change(found.value ?? {});
    if (!(await found.replace(after))) continue;
    await wake(after.taskToken, ports);
    return;
  }
}

/** @throws OperationError when the upload has no Pin that waits */
async function mustWait(uploadId: string, ports: PinPorts): Promise<void> {
  const pin = await findPin(uploadId, ports);
  if (pin) {
    if (pin.state !== 'waiting' && pin.state !== 'cancelled') throw await tooLate(uploadId, ports);
    return;
  }
  const known = await findUpload(uploadId, ports);
  if (!known) throw new OperationError(`There is no upload ${uploadId}: give the uploadId that list shows.`);
  if (known.state === 'failed' || known.state === 'broken')
    throw new OperationError(`The upload ${uploadId} failed, so it has no Pin.`);
}

async function tooLate(uploadId: string, ports: PinPorts): Promise<OperationError> {
  const until = Date.now() + CURIOSITY_MS;
  let pin = await findPin(uploadId, ports);
  while (pin?.state === 'publishing' && Date.now() < until) {
    await sleep(500);
    pin = await findPin(uploadId, ports);
  }
  return new OperationError(`Too late: the Pin of ${uploadId} ${whatBecameOf(pin)}`);
}

function whatBecameOf(pin: KnownPin | undefined): string {
  switch (pin?.state) {
    case 'published':
      return `was published at ${pin.publishedAt} as Pin ${pin.pinId}.`;
    case 'failed':
      return `ended without a Pin (${pin.reason}). ${pin.message}`;
    case 'broken':
      return 'has a broken execution: see docs/runbook.md#failed-example-executions.';
    default:
      return 'is being published now: list shows the result.';
  }
}

/** Ends the wait of an execution. Without a wait, the execution reads its schedule at its next step anyway. */
async function wake(taskToken: string | undefined, { states }: PinPorts): Promise<void> {
  if (taskToken === undefined) return;
  try {
    await states.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
  } catch (error) {
    const ended = [TaskTimedOut, TaskDoesNotExist, InvalidToken].some((type) => error instanceof type);
    if (!ended) throw error;
  }
}
