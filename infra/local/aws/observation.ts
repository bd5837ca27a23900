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

/** What happens in the local stack, for whoever watches. */
export type Observation =
  | { kind: 'event-put'; envelope: EventEnvelope }
  /** A bucket told a queue of a put; `body` is S3's notification as JSON. */
  | { kind: 'put-notified'; body: string }
  /** A put that the bucket's filter keeps from being told of. */
  | { kind: 'put-ignored'; key: string }
  /** A version that an earlier process stored and this one could not tell of; the next start tries again. */
  | { kind: 'version-unrecovered'; bucket: string; versionId: string; why: string }
  | { kind: 'function-log'; functionName: string; line: string }
  /** An invocation that ended in an error, the function's own or for want of an answer. */
  | { kind: 'function-failed'; functionName: string; why: string }
  /** An invocation that ended without an answer of the function's own. */
  | { kind: 'function-died'; functionName: string; why: string }
  | { kind: 'event-refused'; code: string }
  | { kind: 'rotation'; secretArn: string; outcome: 'succeeded' | 'failed' }
  /** A rule's target that did not take an event; without `againInSeconds` it was the last attempt. */
  | { kind: 'delivery-failed'; target: string; why: string; againInSeconds?: number }
  | { kind: 'state-entered'; executionName: string; state: string }
  | { kind: 'execution-ended'; executionName: string; status: string };

export type Observe = (observation: Observation) => void;
