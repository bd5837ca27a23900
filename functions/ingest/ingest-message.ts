import type { Logger } from '@aws-lambda-powertools/logger';
import type { Drop } from '../../shared/upload/drop.ts';
import type { DropFilter } from '../../shared/upload/drop-filter.ts';
import { METRIC } from '../../shared/upload/metrics.ts';
import { type IgnoredPut, readNotification } from '../../shared/upload/notification.ts';
import { unstartedMessage, unstartedUpload } from '../../shared/upload/unstarted-upload.ts';
import { UPLOAD_LOG } from '../../shared/upload/upload-log.ts';
import type { Measurements } from '../measurements.ts';
import { backoffSeconds } from '../outcome/decide.ts';
import { UnknownAccountError } from '../outcome/fault.ts';
import type { AccountPorts } from './account-ports.ts';
import { type Attempt, type IngestOutcome, type IngestPorts, ingestDrop } from './ingest-drop.ts';
import { progressReports } from './progress.ts';

/** Logger and metrics of one invocation. */
export interface Watch {
  logger: Logger;
  measurements: Measurements;
}

/** The queues that messages can be sent to. Both methods reject when the message could not be sent. */
export interface MessageQueues {
  /** Sends a message to the queue of drops. It becomes visible after this many seconds. */
  sendAgain(body: string, afterSeconds: number): Promise<void>;
  /** Sends a message to the dead-letter queue. It becomes visible after this invocation's timeout. */
  sendDeadLetter(body: string): Promise<void>;
}

export interface MessagePorts extends Omit<IngestPorts, 'onStep' | keyof AccountPorts> {
  queues: MessageQueues;
  /** The ports of the Pinterest account that an object belongs to; undefined when it belongs to none. */
  portsOfKey: (key: string) => AccountPorts | undefined;
  /** Decides which put objects are uploaded. */
  filter: DropFilter;
}

export interface DropMessage {
  messageId: string;
  body: string;
  sentAt: Date;
}

/**
 * Ingests every drop in a message of the queue. Unreadable parts are logged and counted; the other drops in the
 * message are still ingested.
 *
 * A redelivered message that is older than the give-up time has no outcome yet: the function crashed, the execution
 * cannot be started, or the message cannot be read. It gets one last attempt. Before that attempt, a copy goes to the
 * dead-letter queue. If the attempt also ends without an outcome, the copy is reported as failed. Otherwise the copy
 * is skipped, because the execution exists.
 * @returns seconds until the message must be redelivered; undefined when the message can be deleted. Never throws.
 */
export async function ingestMessage(
  message: DropMessage,
  ports: MessagePorts,
  attempt: Omit<Attempt, 'onProgress' | 'unstarted'>,
  watch: Watch,
): Promise<number | undefined> {
  const { drops, ignored, unreadable } = readNotification(message.body, ports.filter);
  if (attempt.number === 0) reportIgnored(ignored, watch);
  if (unreadable.length > 0) reportUnreadable(unreadable, message, attempt, watch);
  const isOverdue =
    attempt.number > 0 && ageSeconds(message, drops, ports.now()) >= attempt.retryPolicy.giveUpAfterSeconds;
  const isDeadLetter = isOverdue && (await sent(() => ports.queues.sendDeadLetter(message.body), watch));
  const waits: number[] = [];
  for (const drop of drops) {
    const afterSeconds = await ingestOne(drop, message, ports, attempt, watch);
    if (afterSeconds !== undefined) waits.push(afterSeconds);
  }
  if (unreadable.length > 0) waits.push(backoffSeconds(attempt.number, attempt.retryPolicy));
  // Finished drops are skipped on redelivery: their execution exists.
  return isDeadLetter || waits.length === 0 ? undefined : Math.min(...waits);
}

function ageSeconds({ sentAt }: DropMessage, drops: Drop[], now: Date): number {
  const oldest = Math.min(sentAt.getTime(), ...drops.map(({ droppedAt }) => Date.parse(droppedAt)));
  return (now.getTime() - oldest) / 1000;
}

/** @returns seconds until the message must be redelivered; undefined when this drop needs no more attempts */
async function ingestOne(
  drop: Drop,
  { body }: DropMessage,
  ports: MessagePorts,
  attempt: Omit<Attempt, 'onProgress' | 'unstarted'>,
  watch: Watch,
): Promise<number | undefined> {
  const unstarted = unstartedUpload(body, drop);
  // An upload that was made before its account was removed from the settings still needs its final event.
  const ofAccount = ports.portsOfKey(drop.key) ?? REMOVED_ACCOUNT;
  const outcome = await ingestLogged(drop, { ...ports, ...ofAccount }, { ...attempt, unstarted }, watch);
  if (outcome.outcome !== 'retry') return undefined;
  const { afterSeconds, unstarted: followed } = outcome;
  if (!followed || unstarted) return afterSeconds;
  // A new message, which contains the upload, replaces this one. If the function crashes before this message is
  // deleted, both are delivered. The file may then be uploaded twice, but only one execution starts.
  const sendAgain = () => ports.queues.sendAgain(unstartedMessage(body, drop, followed), afterSeconds);
  return (await sent(sendAgain, watch)) ? undefined : afterSeconds;
}

const removed = () => Promise.reject(new UnknownAccountError('The account was removed from the setting `accounts`.'));

/** Makes no request: an upload that only needs its execution makes none. */
const REMOVED_ACCOUNT: AccountPorts = {
  pinterest: { mediaCreate: removed, mediaGet: removed },
  gate: { state: removed, close: removed, open: removed },
};

function reportIgnored(ignored: IgnoredPut[], { logger, measurements }: Watch): void {
  for (const { companion, ...put } of ignored) {
    logger.info(UPLOAD_LOG.ignored, put);
    if (!companion) measurements.measure(METRIC.ignored);
  }
}

function reportUnreadable(
  reasons: string[],
  { messageId }: DropMessage,
  { number }: Pick<Attempt, 'number'>,
  { logger, measurements }: Watch,
): void {
  logger.error(UPLOAD_LOG.unreadable, { messageId, reasons });
  measurements.measure(METRIC.ownFaults);
  if (number === 0) measurements.measure(METRIC.unreadable, reasons.length);
}

async function sent(send: () => Promise<void>, { logger }: Watch): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    // The original message is redelivered instead.
    logger.warn('a message could not be sent', { error: error as Error });
    return false;
  }
}

async function ingestLogged(
  drop: Drop,
  ports: Omit<IngestPorts, 'onStep'>,
  attempt: Omit<Attempt, 'onProgress'>,
  { logger: parent, measurements: all }: Watch,
): Promise<IngestOutcome> {
  const { uploadId, bucket, key, versionId, size } = drop;
  const { account } = ports;
  const measurements = all.of(account);
  const logger = parent.createChild({ persistentKeys: { uploadId, account } });
  if (attempt.number === 0 && !attempt.unstarted) measurements.measure(METRIC.dropped);
  logger.info(UPLOAD_LOG.received, { bucket, key, versionId, size, attempt: attempt.number });
  const onProgress = progressReports(size, (progress) => logger.info(UPLOAD_LOG.uploading, { ...progress }));
  const outcome = await ingestDrop(
    drop,
    {
      ...ports,
      onStep: ({ step, ...details }) => {
        if ('mediaId' in details) logger.appendKeys({ mediaId: details.mediaId });
        if ('objectUploadId' in details) return changeUploadId(details.objectUploadId, logger);
        if (step === 'registered') measurements.measure(METRIC.registered);
        logger.info(UPLOAD_LOG[step], 'verdict' in details ? { verdict: details.verdict } : {});
      },
    },
    { ...attempt, onProgress },
  );
  report(outcome, logger);
  measure(outcome, drop, measurements);
  return outcome;
}

function report(outcome: IngestOutcome, logger: Logger): void {
  if (outcome.outcome === 'already-followed') logger.info(UPLOAD_LOG.alreadyFollowed);
  else if (outcome.outcome === 'uploaded') {
    // The execution has only just started: Pinterest has had the file for as long as the start took.
    logger.info(UPLOAD_LOG.following, { waitSeconds: outcome.waitSeconds, sinceUploadSeconds: 0 });
  } else if (outcome.outcome === 'failed') {
    logger.warn(UPLOAD_LOG.failed, { failure: outcome.failure, blame: outcome.blame, ...causeOf(outcome) });
  } else {
    const { afterSeconds, because, blame } = outcome;
    logger.warn(UPLOAD_LOG.retrying, { afterSeconds, because, blame, ...causeOf(outcome) });
  }
}

function measure(outcome: IngestOutcome, { droppedAt }: Drop, measurements: Measurements): void {
  if (outcome.outcome === 'uploaded') {
    const { object, timeline } = outcome.upload;
    measurements.measure(METRIC.uploaded);
    measurements.measure(METRIC.bytesUploaded, object.size);
    const uploadedAt = Date.parse(timeline.uploadedAt ?? timeline.droppedAt);
    measurements.measure(METRIC.secondsToUpload, (uploadedAt - Date.parse(timeline.droppedAt)) / 1000);
  } else if (outcome.outcome === 'failed') {
    measurements.ended(outcome.event);
  } else if (outcome.outcome === 'retry') {
    measurements.measure(METRIC.secondsWaiting, (Date.now() - Date.parse(droppedAt)) / 1000);
    if (outcome.blame === 'token') measurements.measure(METRIC.tokenRefused);
    if (outcome.blame === 'ours') measurements.measure(METRIC.ownFaults);
  }
}

/** Later log lines have the new id. */
function changeUploadId(objectUploadId: string, logger: Logger): void {
  logger.info(UPLOAD_LOG.identified, { objectUploadId });
  logger.appendPersistentKeys({ uploadId: objectUploadId });
}

const causeOf = ({ cause }: { cause?: unknown }) => (cause instanceof Error ? { error: cause } : {});
