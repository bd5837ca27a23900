import type { Logger } from '@aws-lambda-powertools/logger';
import type { Drop } from '../../shared/upload/drop.ts';
import { METRIC } from '../../shared/upload/metrics.ts';
import { readNotification, UnreadableNotificationError } from '../../shared/upload/notification.ts';
import { UPLOAD_LOG } from '../../shared/upload/upload-log.ts';
import type { Measurements } from '../measurements.ts';
import { type Attempt, type IngestOutcome, type IngestPorts, ingestDrop } from './ingest-drop.ts';
import { progressReports } from './progress.ts';

/** Logger and metrics of one invocation. */
export interface Watch {
  logger: Logger;
  measurements: Measurements;
}

/**
 * Ingests every drop in a message of the queue. What cannot be read in it is logged and counted, and does not keep the drops
 * beside it from being ingested.
 * @returns seconds until the message must come again, undefined when it is done with
 * @throws UnreadableNotificationError when all drops are done and something is left that cannot be read: the message then
 * goes to the dead-letter queue. Also what kept an execution from being looked up or started
 */
export async function ingestMessage(
  body: string,
  ports: Omit<IngestPorts, 'onStep'>,
  attempt: Omit<Attempt, 'onProgress'>,
  watch: Watch,
): Promise<number | undefined> {
  const waits: number[] = [];
  const { drops, unreadable } = readNotification(body);
  if (unreadable.length > 0) {
    watch.logger.error(UPLOAD_LOG.unreadable, { reasons: unreadable });
    if (attempt.number === 0) watch.measurements.measure(METRIC.unreadable, unreadable.length);
  }
  for (const drop of drops) {
    const outcome = await ingestLogged(drop, ports, attempt, watch);
    if (outcome.outcome === 'retry') waits.push(outcome.afterSeconds);
  }
  // Finished drops are skipped on redelivery: their execution exists.
  if (waits.length > 0) return Math.min(...waits);
  if (unreadable.length > 0) throw new UnreadableNotificationError(unreadable.join(' '));
  return undefined;
}

async function ingestLogged(
  drop: Drop,
  ports: Omit<IngestPorts, 'onStep'>,
  attempt: Omit<Attempt, 'onProgress'>,
  watch: Watch,
): Promise<IngestOutcome> {
  const { logger, measurements } = watch;
  const { uploadId, bucket, key, versionId, size } = drop;
  logger.appendKeys({ uploadId });
  if (attempt.number === 0) measurements.measure(METRIC.dropped);
  logger.info(UPLOAD_LOG.received, { bucket, key, versionId, size, attempt: attempt.number });
  const onProgress = progressReports(size, (progress) => logger.info(UPLOAD_LOG.uploading, { ...progress }));
  const outcome = await ingestDrop(
    drop,
    {
      ...ports,
      onStep: ({ step, ...details }) => {
        if ('mediaId' in details) logger.appendKeys({ mediaId: details.mediaId });
        if (step === 'registered') measurements.measure(METRIC.registered);
        logger.info(UPLOAD_LOG[step], 'verdict' in details ? { verdict: details.verdict } : {});
      },
    },
    { ...attempt, onProgress },
  );
  report(outcome, logger);
  measure(outcome, drop, measurements);
  logger.removeKeys(['uploadId', 'mediaId']);
  return outcome;
}

function report(outcome: IngestOutcome, logger: Logger): void {
  if (outcome.outcome === 'already-followed') logger.info(UPLOAD_LOG.alreadyFollowed);
  else if (outcome.outcome === 'uploaded') logger.info(UPLOAD_LOG.following);
  else if (outcome.outcome === 'failed') {
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
  }
}

const causeOf = ({ cause }: { cause?: unknown }) => (cause instanceof Error ? { error: cause } : {});
