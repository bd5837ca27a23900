/** The settings of the construct. Each may be left out; a wrong value stops the synth with a sentence. */
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
   * Uploads at once, 2 to 1000; more drops wait in the queue.
   * @default 10
   */
  maxConcurrency?: number;
  /**
   * Minutes that Pinterest has to process a video after its upload, up to 1440.
   * @default 60
   */
  pollDeadlineMinutes?: number;
  /**
   * Hours for which transient faults are retried, up to 120.
   * @default 24
   */
  giveUpAfterHours?: number;
  /**
   * Longest wait in seconds between two attempts, 5 to 3600, unless Pinterest asks for more or a hundredth of the drop's age is
   * more.
   * @default 900
   */
  maxBackoffSeconds?: number;
  /**
   * Minutes that one upload may take, 0.2 to 15 (Lambda's maximum).
   * @default 15
   */
  uploadTimeoutMinutes?: number;
  /**
   * Seconds until a drop whose function died is tried again, 3 to 900.
   * @default 60
   */
  redeliverAfterSeconds?: number;
  /**
   * Larger files, in bytes, are rejected before anything is registered.
   * @default 2147483648 - 2 GiB, the most that Pinterest documents
   */
  maxFileBytes?: number;
  /**
   * Inspect videos with a few ranged reads before anything is registered.
   * @default true
   */
  inspect?: boolean;
  /**
   * Leave out what emulators of AWS lack: the rotation schedule, the archive and the event schemas.
   * @default false
   */
  emulated?: boolean;
  /**
   * Mailbox that receives the alarms.
   * @default - the alarms notify nobody
   */
  alarmEmail?: string;
  /**
   * Mailbox that receives each final event, in words.
   * @default - none
   */
  notifyEmail?: string;
  /**
   * ARN of an SQS queue that receives each final event. Its policy must let `events.amazonaws.com` send.
   * @default - none
   */
  forwardToQueueArn?: string;
  /**
   * An https URL to which each final event is posted.
   * @default - none
   */
  webhookUrl?: string;
  /**
   * Where your team reads the runbook; alarms link to its sections.
   * @default 'docs/runbook.md'
   */
  runbookUrl?: string;
}
