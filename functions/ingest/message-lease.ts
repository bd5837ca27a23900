import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';

/**
 * SQS hides a message for at most 12 hours after it was received. A function may already have held it for 15 minutes.
 */
const LONGEST_VISIBILITY_SECONDS = 12 * 60 * 60 - 16 * 60;

export interface MessageLease {
  /**
   * Stops renewing the lease.
   * @param visibleAfterSeconds seconds until the message is redelivered; by default, the rest of the lease
   */
  end(visibleAfterSeconds?: number): Promise<void>;
}

export interface LeaseOptions {
  queueUrl: string;
  receiptHandle: string;
  /** Seconds after which the message is delivered again if this function dies. */
  seconds: number;
  /** Called when the lease could not be renewed, for the log. */
  onError?: (error: unknown) => void;
}

/**
 * Hides a message while the function works on it, and hardly longer. The queue's own visibility timeout must be longer
 * than the longest upload. Without a lease, a message would be hidden for all of that time after a crash.
 */
export async function leaseMessage(sqs: SQSClient, options: LeaseOptions): Promise<MessageLease> {
  const { queueUrl: QueueUrl, receiptHandle: ReceiptHandle, seconds, onError } = options;
  const hold = async (VisibilityTimeout: number) => {
    try {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    } catch (error) {
      // The work continues. At worst the message is redelivered, and the redelivery finds the execution.
      onError?.(error);
    }
  };
  await hold(seconds);
  let held: Promise<void> | undefined;
  const renewal = setInterval(
    () => {
      held = hold(seconds);
    },
    (seconds * 1000) / 3,
  );
  renewal.unref();
  return {
    async end(visibleAfterSeconds) {
      clearInterval(renewal);
      // Wait for a renewal that is still in flight. It could otherwise override the visibility timeout set below.
      await held;
      if (visibleAfterSeconds !== undefined) await hold(Math.min(visibleAfterSeconds, LONGEST_VISIBILITY_SECONDS));
    },
  };
}
