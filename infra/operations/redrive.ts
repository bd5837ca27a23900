import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { nextUploadId } from './attempts.ts';
import { NotRetryableError, type RetryPorts, retry } from './new-attempt.ts';
import { described, executionsNewestFirst } from './uploads.ts';

/** How many of the newest uploads are searched for dead letters. */
export const LOOKED_THROUGH = 1000;
/**
 * Enough time to send and delete a message. A crash between the two leaves the message in both queues, which is
 * harmless.
 */
const VISIBILITY_SECONDS = 60;

export interface Redriven {
  /** The new attempt. */
  uploadId: string;
  /** The upload that was reported as a dead letter. */
  of: string;
}

/** Retries the drops whose function died at every attempt. Skips a drop if a later attempt has an execution. */
export async function* redriveDeadLetters(ports: RetryPorts): AsyncGenerator<Redriven, void> {
  const executions = await Array.fromAsync(executionsNewestFirst(LOOKED_THROUGH, ports));
  const names = new Set(executions.map(({ name }) => name));
  const ended = executions.filter(({ status }) => status !== 'RUNNING');
  for await (const known of described(ended, ports)) {
    if (!known.deadLetter || names.has(nextUploadId(known))) continue;
    const of = known.upload.uploadId;
    const uploadId = await retry(of, ports).catch(undefinedWhenRetried);
    if (uploadId !== undefined) yield { uploadId, of };
  }
}

/** Ignores a refused retry: a later attempt may have started after the executions were listed. */
function undefinedWhenRetried(error: unknown): undefined {
  if (!(error instanceof NotRetryableError)) throw error;
}

export interface MovedMessages {
  /** The name of the example that the queue belongs to; '' for the queue of drops. */
  of: string;
  count: number;
}

/** Moves the messages of each dead-letter queue back to its source queue, if the stack has outputs for both queues. */
export async function* redriveQueues(ports: RetryPorts): AsyncGenerator<MovedMessages, void> {
  for (const [name, from] of Object.entries(ports.outputs)) {
    const [, of] = /^(.*)DeadLetterQueueUrl$/.exec(name) ?? [];
    const to = ports.outputs[`${of}QueueUrl`];
    if (of !== undefined && to !== undefined) yield { of, count: await move(from, to, ports) };
  }
}

async function move(from: string, to: string, { sqs }: Pick<RetryPorts, 'sqs'>): Promise<number> {
  for (let moved = 0; ; ) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: VISIBILITY_SECONDS,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) return moved;
    for (const { Body, ReceiptHandle } of Messages) {
      await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body }));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved++;
    }
  }
}
