import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** SQS hides a message for at most 12 hours after it was received, and a function holds it for 15 minutes at most. */
const LONGEST_VISIBILITY_SECONDS = 12 * 60 * 60 - 16 * 60;

export interface MessageLease {
  /**
   * Stops renewing the lease.
   * @param visibleAfterSeconds until the message is delivered again; the rest of the lease when left out
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
 * Hides a message while the function works on it, and hardly longer. The queue's own visibility timeout must outlast the
 * longest upload, and a crash would otherwise wait for all of it.
 */
export async function leaseMessage(sqs: SQSClient, options: LeaseOptions): Promise<MessageLease> {
  const { queueUrl: QueueUrl, receiptHandle: ReceiptHandle, seconds, onError } = options;
  const hold = async (VisibilityTimeout: number) => {
    try {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    } catch (error) {
      // The work goes on: at worst the message is delivered again and finds its execution.
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
      // A renewal that is on its way would otherwise replace the wait below.
      await held;
      if (visibleAfterSeconds !== undefined) await hold(Math.min(visibleAfterSeconds, LONGEST_VISIBILITY_SECONDS));
    },
  };
}
