import type { Logger } from '@aws-lambda-powertools/logger';
import { type Drop, dropsOf } from '../../shared/drop.ts';
import { UPLOAD_LOG } from '../../shared/upload-log.ts';
import { type Attempt, type IngestOutcome, type IngestPorts, ingestDrop } from './ingest-drop.ts';
import { progressReports } from './progress.ts';

/**
 * Ingests every drop that a message of the queue tells of.
 * @returns seconds until the message is to come again, undefined when it is done with
 * @throws NotAnS3NotificationError, or what kept an execution from being looked up or started
 */
export async function ingestMessage(
  body: string,
  ports: Omit<IngestPorts, 'onStep'>,
  attempt: Omit<Attempt, 'onProgress'>,
  logger: Logger,
): Promise<number | undefined> {
  const waits: number[] = [];
  for (const drop of dropsOf(body)) {
    const outcome = await ingestLogged(drop, ports, attempt, logger);
    if (outcome.outcome === 'retry') waits.push(outcome.afterSeconds);
  }
  // The drops that are done are found to be so when the message comes again.
  return waits.length === 0 ? undefined : Math.min(...waits);
}

async function ingestLogged(
  drop: Drop,
  ports: Omit<IngestPorts, 'onStep'>,
  attempt: Omit<Attempt, 'onProgress'>,
  logger: Logger,
): Promise<IngestOutcome> {
  const { uploadId, bucket, key, versionId, size } = drop;
  logger.appendKeys({ uploadId });
  logger.info(UPLOAD_LOG.received, { bucket, key, versionId, size, attempt: attempt.number });
  const onProgress = progressReports(size, (progress) => logger.info(UPLOAD_LOG.uploading, { ...progress }));
  const outcome = await ingestDrop(
    drop,
    {
      ...ports,
      onStep: ({ step, ...details }) => {
        if ('mediaId' in details) logger.appendKeys({ mediaId: details.mediaId });
        logger.info(UPLOAD_LOG[step], 'verdict' in details ? { verdict: details.verdict } : {});
      },
    },
    { ...attempt, onProgress },
  );
  report(outcome, logger);
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

const causeOf = ({ cause }: { cause?: unknown }) => (cause instanceof Error ? { error: cause } : {});
