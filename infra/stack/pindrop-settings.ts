/** The settings of the construct. All are optional. A wrong value stops the synth with an error message. */
export interface PindropSettings {
  /**
   * Base URL of Pinterest's API, with its version. It must be https, or http on this machine.
   * @default 'https://api.pinterest.com/v5'
   */
  pinterestApiUrl?: string;
  /**
   * Only objects whose key starts with this are uploaded.
   * @default '' - every object
   */
  prefix?: string;
  /**
   * Several Pinterest accounts: the name of each (up to 30 of a-z, 0-9 and hyphens), and the prefix of its keys. Each has
   * its own secret, rotation, rate limit and alarms. Keys under no account's prefix are ignored. No prefix may begin with
   * the prefix of another account, and the setting `prefix` must be absent.
   * @default - one account, which takes every key with `prefix`
   */
  accounts?: Record<string, { prefix: string }>;
  /**
   * How Pindrop learns of new objects. `notification`: the bucket sends S3 notifications to the queue. `eventbridge`: a
   * rule on the default event bus matches S3's event `Object Created`. The bucket that Pindrop creates then sends its
   * events to EventBridge; a bucket of yours must do so already.
   * @default 'notification'
   */
  intake?: 'notification' | 'eventbridge';
  /**
   * Only objects whose key ends in one of these are uploaded, such as `['.mp4', '.mov', '.m4v']`. Upper and lower case
   * do not matter.
   * @default [] - every object
   */
  suffixes?: string[];
  /**
   * Maximum number of simultaneous uploads, 2 to 1000. Further drops wait in the queue.
   * @default 10
   */
  maxConcurrency?: number;
  /**
   * Maximum time in minutes for Pinterest to process an uploaded video, up to 1440.
   * @default 60
   */
  pollDeadlineMinutes?: number;
  /**
   * How long transient faults are retried, in hours, up to 120.
   * @default 24
   */
  giveUpAfterHours?: number;
  /**
   * Longest wait between two attempts in seconds, 5 to 3600. The wait is longer if Pinterest asks for more, or if a
   * hundredth of the drop's age is more.
   * @default 900
   */
  maxBackoffSeconds?: number;
  /**
   * Timeout of one upload in minutes, 0.2 to 15 (the maximum of Lambda).
   * @default 15
   */
  uploadTimeoutMinutes?: number;
  /**
   * Seconds until a drop is retried after its function died, 3 to 900.
   * @default 60
   */
  redeliverAfterSeconds?: number;
  /**
   * Largest file size in bytes. Larger files are rejected before registration.
   * @default 2147483648 - 2 GiB, the maximum that Pinterest documents
   */
  maxFileBytes?: number;
  /**
   * Inspect videos with a few ranged reads before registration.
   * @default true
   */
  inspect?: boolean;
  /**
   * Tag each object version after its final event: `pindrop` is `succeeded` or `failed`, and `pindrop-media-id` is the
   * media id. Other tags stay. A failed tagging never affects the event.
   * @default false
   */
  tagObjects?: boolean;
  /**
   * A lifecycle rule deletes succeeded videos this many days after they were dropped. The bytes of a deleted or
   * overwritten version remain for the same time again. It needs `tagObjects` and the bucket that Pindrop creates.
   * @default - no video is deleted
   */
  expireSucceededAfterDays?: number;
  /**
   * Leave out the resources that emulators of AWS lack: the rotation schedule, the archive and the event schemas.
   * @default false
   */
  emulated?: boolean;
  /**
   * Email address that receives the alarms.
   * @default - the alarms notify nobody
   */
  alarmEmail?: string;
  /**
   * Email address that receives each final event as a sentence.
   * @default - none
   */
  notifyEmail?: string;
  /**
   * ARN of an SQS queue that receives each final event. The queue's policy must allow `events.amazonaws.com` to send
   * messages.
   * @default - none
   */
  forwardToQueueArn?: string;
  /**
   * An https URL that receives each final event in a POST request.
   * @default - none
   */
  webhookUrl?: string;
  /**
   * Where your team reads the runbook. The alarms link to its sections.
   * @default 'docs/runbook.md'
   */
  runbookUrl?: string;
}
