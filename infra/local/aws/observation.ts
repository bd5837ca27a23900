/** An EventBridge event as its subscribers receive it. */
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
  /** A bucket sent the notification of a put to a queue. `body` is S3's notification as JSON. */
  | { kind: 'put-notified'; body: string }
  /** The bucket's notification filter excludes this put. */
  | { kind: 'put-ignored'; key: string }
  /** The notification of a version from an earlier process could not be sent. The next start retries it. */
  | { kind: 'version-unrecovered'; bucket: string; versionId: string; why: string }
  | { kind: 'function-log'; functionName: string; line: string }
  /** An invocation failed: the function threw an error, or did not answer. */
  | { kind: 'function-failed'; functionName: string; why: string }
  /** The function did not answer: it exceeded its time or memory limit, or its process ended. */
  | { kind: 'function-died'; functionName: string; why: string }
  | { kind: 'event-refused'; code: string }
  | { kind: 'rotation'; secretArn: string; outcome: 'succeeded' | 'failed' }
  /** The delivery of an event to a rule's target failed. `againInSeconds` is absent after the last attempt. */
  | { kind: 'delivery-failed'; target: string; why: string; againInSeconds?: number }
  | { kind: 'state-entered'; executionName: string; state: string }
  | { kind: 'execution-ended'; executionName: string; status: string };

export type Observe = (observation: Observation) => void;
