/** The CloudWatch namespace of all metrics of the functions. The dimension `service` is the deployment's name. */
export const METRIC_NAMESPACE = 'Pindrop';

/** The CloudWatch names of the metrics. Each metric counts files, unless its comment says otherwise. */
export const METRIC = {
  dropped: 'FilesDropped',
  /** Counts messages, and single records in messages, that cannot be read as an S3 notification. */
  unreadable: 'UnreadableNotifications',
  /** Counts objects that were put and that the settings exclude. Sidecars and covers are not counted. */
  ignored: 'FilesIgnored',
  registered: 'FilesRegistered',
  uploaded: 'FilesUploaded',
  succeeded: 'FilesSucceeded',
  /** Also recorded with the dimension `reason`. */
  failed: 'FilesFailed',
  /** 0 or 1 for each file that ended. The average is the failure ratio. */
  failureRatio: 'FailureRatio',
  bytesUploaded: 'BytesUploaded',
  /** Seconds from the drop until Pinterest has the last byte. */
  secondsToUpload: 'SecondsToUpload',
  /** Seconds since the drop, for a file that has to be retried. */
  secondsWaiting: 'SecondsWaiting',
  /** Seconds from the drop until the final event. */
  secondsToCompletion: 'SecondsToCompletion',
  pollsPerFile: 'PollsPerFile',
  /** Counts failed attempts to report a dead letter. */
  unreportedDeadLetters: 'UnreportedDeadLetters',
  /** Counts attempts that failed because of Pindrop or AWS: a permission, an AWS service, or an unreadable message. */
  ownFaults: 'OwnFaults',
  /** Counts responses with status 429. */
  rateLimited: 'RateLimited',
  /** Requests that Pinterest still allows in its current window. */
  quotaLeft: 'QuotaLeft',
  /**
   * Counts attempts and polls that failed because Pinterest refused the access token, or because there was no token.
   */
  tokenRefused: 'TokenRefused',
  /** Days until the access token expires. */
  tokenDaysLeft: 'TokenDaysLeft',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];
