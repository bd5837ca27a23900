/** Namespace of everything that the functions measure, in CloudWatch. Dimension `service`: the deployment's name. */
export const METRIC_NAMESPACE = 'Pindrop';

/** What is measured of uploads, by CloudWatch's names; each is a count of files unless it says otherwise. */
export const METRIC = {
  dropped: 'FilesDropped',
  /** Messages, and single records in messages, that cannot be read as an S3 notification. */
  unreadable: 'UnreadableNotifications',
  registered: 'FilesRegistered',
  uploaded: 'FilesUploaded',
  succeeded: 'FilesSucceeded',
  /** Also with the dimension `reason`. */
  failed: 'FilesFailed',
  /** 0 or 1 for each file that ended: the average is the ratio. */
  failureRatio: 'FailureRatio',
  bytesUploaded: 'BytesUploaded',
  /** Seconds from the drop until the last byte is with Pinterest. */
  secondsToUpload: 'SecondsToUpload',
  /** Seconds since the drop of a file that has to be tried again. */
  secondsWaiting: 'SecondsWaiting',
  /** Seconds from the drop until the final event. */
  secondsToCompletion: 'SecondsToCompletion',
  pollsPerFile: 'PollsPerFile',
  /** Times that a dead letter could not be reported. */
  unreportedDeadLetters: 'UnreportedDeadLetters',
  /** Attempts that failed on the side of Pindrop: a permission, a service of AWS, or an unreadable message. */
  ownFaults: 'OwnFaults',
  /** Answers 429. */
  rateLimited: 'RateLimited',
  /** Requests that Pinterest still allows in its current window. */
  quotaLeft: 'QuotaLeft',
  /** Attempts and polls for which Pinterest refused the access token, or there was none. */
  tokenRefused: 'TokenRefused',
  /** Days until the access token ends. */
  tokenDaysLeft: 'TokenDaysLeft',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];
