import { mkdirSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { buildApp } from 'fauxqs';
import type { LocalTopics } from '../sns/topics.ts';
import { LOCAL_REGION } from '../template/stack-environment.ts';

/** The methods of a fauxqs queue that this project calls directly, without the HTTP interface. */
export interface Queue {
  arn: string;
  name: string;
  messages: unknown[];
  dequeue(
    count: number,
    visibilityTimeout: undefined,
    deadLetters: (arn: string) => Queue | undefined,
  ): ReceivedMessage[];
  deleteMessage(receiptHandle: string): boolean;
  changeVisibility(receiptHandle: string, seconds: number): void;
  waitForMessages(seconds: number): Promise<void>;
  cancelWaiters(): void;
  setAttributes(attributes: Record<string, string>): void;
  enqueue(message: unknown): void;
  inflightMessages: Map<string, { message: QueuedMessage; receiptHandle: string }>;
  /** Lists the messages in the queue without changing them. */
  inspectMessages(): {
    ready: QueuedMessage[];
    delayed: QueuedMessage[];
    inflight: {
      message: QueuedMessage;
      /** Milliseconds since 1970. */
      visibilityDeadline: number;
    }[];
  };
}

interface QueuedMessage {
  messageId: string;
  body: string;
  sentTimestamp: number;
  approximateReceiveCount: number;
  approximateFirstReceiveTimestamp?: number;
}

export interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  MD5OfBody: string;
  Body: string;
}

interface QueueStore {
  persistence?: unknown;
  allQueues(): Iterable<Queue & { persistence?: unknown }>;
  createQueue(name: string, url: string, arn: string, attributes: Record<string, string>): Queue;
  getQueueByArn(arn: string): Queue | undefined;
}

interface QueueStoreClass {
  new (): QueueStore;
  createMessage(body: string): unknown;
}

/** Topics exist only in memory: they come from the template at each start. */
interface TopicStore {
  createTopic(name: string, attributes: undefined, tags: undefined, region: string): unknown;
  subscribe(
    topicArn: string,
    protocol: 'sqs',
    endpoint: string,
    attributes: Record<string, string>,
  ): object | undefined;
}

export interface LocalQueues {
  /** Topics that send to these queues. */
  readonly topics: LocalTopics;
  readonly handler: RequestListener;
  createQueue(queue: { name: string; arn: string; url: string; attributes: Record<string, string> }): Queue;
  byArn(arn: string): Queue;
  has(arn: string): boolean;
  send(arn: string, body: string): void;
  close(): Promise<void>;
}

/**
 * Starts the queues: fauxqs, with its messages in SQLite.
 *
 * fauxqs's `startFauxqs` listens on every network interface, which is not acceptable. fauxqs does not export its parts.
 * They are therefore loaded by path, from the exact version that package.json pins.
 */
export async function startLocalQueues({ directory }: { directory: string }): Promise<LocalQueues> {
  mkdirSync(directory, { recursive: true });
  const part = (path: string) => import(new URL(path, import.meta.resolve('fauxqs')).href);
  const { SqsStore } = (await part('./sqs/sqsStore.js')) as { SqsStore: QueueStoreClass };
  const { SnsStore } = (await part('./sns/snsStore.js')) as { SnsStore: new () => TopicStore };
  const { publish } = (await part('./sns/actions/publish.js')) as {
    publish: (params: { TopicArn: string; Message: string }, topics: TopicStore, queues: QueueStore) => string;
  };
  const { S3Store } = (await part('./s3/s3Store.js')) as { S3Store: new () => object };
  const { PersistenceManager } = await part('./persistence.js');
  const persistence = new PersistenceManager(directory);
  // As in the other databases: what a killed process has written is kept without a sync to disk for each message.
  persistence.db.exec('PRAGMA synchronous = NORMAL');
  // In fauxqs 2.4.1 this method sets the receive count to NULL. The table rejects NULL, and the message would be lost.
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId: string) => ready.run(messageId);
  const store = new SqsStore();
  const topics = new SnsStore();
  persistence.loadSqsAndSns(store, topics);
  store.persistence = persistence;
  for (const queue of store.allQueues()) queue.persistence = persistence;

  const app = buildApp({
    logger: false,
    stores: { sqsStore: store, snsStore: topics, s3Store: new S3Store() } as never,
  });
  await app.ready();
  const byArn = (arn: string) => {
    const queue = store.getQueueByArn(arn);
    if (!queue) throw new Error(`There is no queue ${arn}.`);
    return queue;
  };
  return {
    handler: (request, response) => app.routing(request, response),
    topics: {
      createTopic: ({ name }) => void topics.createTopic(name, undefined, undefined, LOCAL_REGION),
      subscribe({ topicArn, queueArn, raw }) {
        const subscribed = topics.subscribe(topicArn, 'sqs', queueArn, { RawMessageDelivery: String(raw) });
        if (!subscribed) throw new Error(`There is no topic ${topicArn}.`);
      },
      send: (TopicArn, Message) => void publish({ TopicArn, Message }, topics, store),
    },
    createQueue({ name, arn, url, attributes }) {
      // Creating an existing queue again would delete its messages.
      const before = store.getQueueByArn(arn);
      before?.setAttributes(attributes);
      return before ?? store.createQueue(name, url, arn, attributes);
    },
    byArn,
    has: (arn) => store.getQueueByArn(arn) !== undefined,
    send: (arn, body) => byArn(arn).enqueue(SqsStore.createMessage(body)),
    async close() {
      await app.close();
      persistence.close();
    },
  };
}
