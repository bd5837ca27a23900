/** An EventBridge event as its subscribers get it. */
export interface EventEnvelope {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
}

/** Something that happened in the local stack. */
export type Observation =
  | { kind: 'event-put'; envelope: EventEnvelope }
  /** A bucket notified a queue of a put; `body` is S3's notification as JSON. */
  | { kind: 'put-notified'; body: string }
  /** A put that the bucket's notification filter excludes. */
  | { kind: 'put-ignored'; key: string }
  /** A version of an earlier process whose notification could not be sent; the next start tries again. */
  | { kind: 'version-unrecovered'; bucket: string; versionId: string; why: string }
  | { kind: 'function-log'; functionName: string; line: string }
  /** An invocation that failed: the function threw, or did not answer. */
  | { kind: 'function-failed'; functionName: string; why: string }
  /** An invocation that the function did not answer: it ran out of time or memory, or its process ended. */
  | { kind: 'function-died'; functionName: string; why: string }
  | { kind: 'event-refused'; code: string }
  | { kind: 'rotation'; secretArn: string; outcome: 'succeeded' | 'failed' }
  /** A rule's target that failed on an event. Without `againInSeconds` it was the last attempt. */
  | { kind: 'delivery-failed'; target: string; why: string; againInSeconds?: number }
  | { kind: 'state-entered'; executionName: string; state: string }
  | { kind: 'execution-ended'; executionName: string; status: string };

export type Observe = (observation: Observation) => void;
