import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** SQS keeps a message invisible for at most 12 hours after it was received. */
const LONGEST_VISIBILITY_SECONDS = 12 * 60 * 60 - 60;

export interface MessageLease {
  /** Stops renewing. The message stays invisible for what is left, or for as long as is said. */
  end(visibleAfterSeconds?: number): Promise<void>;
}

export interface LeaseOptions {
  queueUrl: string;
  receiptHandle: string;
  /** Seconds after which the message is delivered again if this function dies. */
  seconds: number;
  /** Told when the lease could not be renewed, for the log. */
  onError?: (error: unknown) => void;
}

/**
 * Holds a message for as long as the function works on it, and hardly longer: the queue's own visibility time-out must
 * outlast the longest upload, and a crash would otherwise wait for all of it.
 */
export async function leaseMessage(sqs: SQSClient, options: LeaseOptions): Promise<MessageLease> {
  const { queueUrl: QueueUrl, receiptHandle: ReceiptHandle, seconds, onError } = options;
  const hold = async (VisibilityTimeout: number) => {
    try {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    } catch (error) {
      // The work goes on: at worst the message comes again, and finds its execution.
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
      // One that is on its way would otherwise come after the wait that is said now.
      await held;
      if (visibleAfterSeconds !== undefined) await hold(Math.min(visibleAfterSeconds, LONGEST_VISIBILITY_SECONDS));
    },
  };
}
