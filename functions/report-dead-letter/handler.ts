import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { readNotification, UnreadableNotificationError } from '../../shared/upload/notification.ts';
import { UPLOAD_LOG } from '../../shared/upload/upload-log.ts';
import { clientOptions } from '../aws/client-options.ts';
import { stepFunctionsExecutions } from '../aws/executions.ts';
import { environment } from '../environment.ts';
import { Measurements } from '../measurements.ts';
import { reportDeadLetter } from './report-dead-letter.ts';

const { STATE_MACHINE_ARN, DEPLOYMENT } = environment('STATE_MACHINE_ARN', 'DEPLOYMENT');
const logger = new Logger();
const measurements = new Measurements(DEPLOYMENT);
const ports = {
  executions: stepFunctionsExecutions(new SFNClient(clientOptions), STATE_MACHINE_ARN),
  now: () => new Date(),
};

/** A message that cannot be read stays in the dead-letter queue, where doctor finds it; the drops beside are reported. */
async function reportRecord(record: SQSRecord): Promise<void> {
  const { drops, unreadable } = readNotification(record.body);
  for (const drop of drops) {
    logger.appendKeys({ uploadId: drop.uploadId });
    const reported = await reportDeadLetter(drop, ports);
    if (reported) measurements.ended(reported);
    const { bucket, key, versionId } = drop;
    logger.error(reported ? 'dead letter reported as failed' : 'dead letter of an upload that is followed', {
      bucket,
      key,
      versionId,
    });
  }
  if (unreadable.length === 0) return;
  logger.error(UPLOAD_LOG.unreadable, { reasons: unreadable });
  throw new UnreadableNotificationError(unreadable.join(' '));
}

const processor = new BatchProcessor(EventType.SQS);

/** Takes the messages that nothing could be done with from the dead-letter queue, and sees to their final events. */
export const handler = middy<SQSEvent, Awaited<ReturnType<typeof processPartialResponse>>>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(logMetrics(measurements.metrics))
  .handler((event, context) =>
    processPartialResponse(event, reportRecord, processor, { context, throwOnFullBatchFailure: false }),
  );
