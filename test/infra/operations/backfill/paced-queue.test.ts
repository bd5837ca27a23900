import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { MOST_IN_QUEUE, PacedQueue } from '../../../../infra/operations/backfill/paced-queue.ts';
import type { StackPorts } from '../../../../infra/operations/stack-ports.ts';

/**
 * A queue that handles some messages before each count.
 * @param refuse decides for each message whether SQS refuses it
 */
function queueThatHandles(perCount: number, refuse: (body: string) => boolean = () => false) {
  const handled: string[] = [];
  const queue: string[] = [];
  let deepest = 0;
  const send = async (command: unknown) => {
    if (command instanceof GetQueueAttributesCommand) {
      handled.push(...queue.splice(0, perCount));
      return {
        Attributes: {
          ApproximateNumberOfMessages: String(Math.ceil(queue.length / 2)),
          ApproximateNumberOfMessagesNotVisible: String(Math.floor(queue.length / 2)),
        },
      };
    }
    if (!(command instanceof SendMessageBatchCommand)) throw new Error('SQS is asked for nothing else here.');
    const { Entries = [] } = command.input;
    expect(Entries.length).toBeLessThanOrEqual(10);
    const refused = Entries.filter(({ MessageBody = '' }) => refuse(MessageBody));
    for (const { MessageBody = '' } of Entries)
      if (!refused.some((each) => each.MessageBody === MessageBody)) queue.push(MessageBody);
    deepest = Math.max(deepest, queue.length);
    return {
      Failed: refused.map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'try again', SenderFault: false })),
    };
  };
  const ports = { outputs: { QueueUrl: 'queue' }, sqs: { send }, local: true } as unknown as StackPorts;
  return { ports, arrived: () => [...handled, ...queue], deepest: () => deepest };
}

const bodies = (count: number) => Array.from({ length: count }, (_, index) => () => `message ${index}`);

describe('a paced queue', () => {
  it('never holds more than the limit, and gets every message once and in order', async () => {
    const { ports, arrived, deepest } = queueThatHandles(60);
    const waits: number[] = [];
    const queue = new PacedQueue(ports, { onWait: (depth) => waits.push(depth) });
    await queue.send(bodies(125));
    await queue.send(bodies(60));
    const expected = [...bodies(125), ...bodies(60)].map((body) => body());
    expect(arrived()).toEqual(expected);
    expect(deepest()).toBe(MOST_IN_QUEUE);
    expect(waits).toEqual([]);
  });

  it('waits while the messages in flight alone reach the limit', async () => {
    const { ports, arrived } = queueThatHandles(0);
    const stop = new AbortController();
    const waits: number[] = [];
    const queue = new PacedQueue(ports, {
      signal: stop.signal,
      onWait(depth) {
        waits.push(depth);
        if (waits.length === 2) stop.abort();
      },
    });
    await expect(queue.send(bodies(MOST_IN_QUEUE + 1))).rejects.toThrow('aborted');
    expect(waits).toEqual([MOST_IN_QUEUE, MOST_IN_QUEUE]);
    expect(arrived()).toHaveLength(MOST_IN_QUEUE);
  });

  it('makes a message only when there is room for it', async () => {
    const { ports, arrived } = queueThatHandles(1000);
    let made = 0;
    const queue = new PacedQueue(ports);
    const madeWhen = Array.from({ length: 150 }, () => () => `${made++} after ${arrived().length}`);
    await queue.send(madeWhen);
    expect(arrived().at(-1)).toBe('149 after 140');
  });

  it('sends again what SQS refuses, and only that', async () => {
    let faults = 0;
    const { ports, arrived } = queueThatHandles(1000, (body) => body === 'message 3' && ++faults < 4);
    await new PacedQueue(ports).send(bodies(8));
    expect(arrived().sort()).toEqual(bodies(8).map((body) => body()));
  });

  it('gives up when SQS refuses a message again and again', async () => {
    const { ports, arrived } = queueThatHandles(1000, (body) => body === 'message 3');
    await expect(new PacedQueue(ports).send(bodies(8))).rejects.toThrow(
      'SQS refuses a message: InternalError try again.',
    );
    expect(arrived()).toHaveLength(7);
  });
});
