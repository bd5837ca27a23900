import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { METRIC } from '../../shared/upload/metrics.ts';
import { readNotification, UnreadableNotificationError } from '../../shared/upload/notification.ts';
import { unstartedUpload } from '../../shared/upload/unstarted-upload.ts';
import { UPLOAD_LOG } from '../../shared/upload/upload-log.ts';
import { accountsOfStack } from '../accounts.ts';
import { clientOptions } from '../aws/client-options.ts';
import { stepFunctionsExecutions } from '../aws/executions.ts';
import { dropFilterOfStack } from '../drop-filter.ts';
import { environment } from '../environment.ts';
import { Measurements } from '../measurements.ts';
import { reportDeadLetter } from './report-dead-letter.ts';

const { STATE_MACHINE_ARN, DEPLOYMENT } = environment('STATE_MACHINE_ARN', 'DEPLOYMENT');
const logger = new Logger();
const accounts = accountsOfStack();
const filter = dropFilterOfStack(accounts);
const measurements = new Measurements(DEPLOYMENT, accounts.names);
const ports = {
  executions: stepFunctionsExecutions(new SFNClient(clientOptions), STATE_MACHINE_ARN),
  now: () => new Date(),
};

/**
 * Reports the drops of one message. If a drop cannot be reported, the message stays in the dead-letter queue and
 * raises the queue's alarm. The other drops in the message are reported.
 */
async function reportRecord({ body, messageId, messageAttributes }: SQSRecord): Promise<void> {
  // Pass these fields to each log call: the records of a batch are reported in parallel and share the logger.
  let about: Record<string, unknown> = { messageId };
  // Only a message from EventBridge has this attribute; other dead letters come from the queue of drops.
  const undelivered = messageAttributes?.['ERROR_CODE']?.stringValue;
  try {
    const { drops, ignored, unreadable } = readNotification(body, filter);
    // Only logged: ingest has counted them.
    for (const { companion: _companion, ...put } of ignored) logger.info(UPLOAD_LOG.ignored, { messageId, ...put });
    for (const drop of drops) {
      const { uploadId, bucket, key, versionId } = drop;
      const account = accounts.ofKey(key);
      about = { messageId, uploadId, account: account?.name, bucket, key, versionId };
      const unstarted = unstartedUpload(body, drop);
      const reported = await reportDeadLetter(drop, ports, { account: account?.name, unstarted, undelivered });
      if (reported) {
        measurements.of(account?.name).ended(reported);
        logger.error('dead letter reported as failed', about);
      } else logger.info('dead letter of an upload that has an execution', about);
    }
    about = { messageId };
    if (unreadable.length > 0) throw new UnreadableNotificationError(unreadable.join(' '));
  } catch (error) {
    // The batch processor would neither log nor measure it.
    measurements.measure(METRIC.ownFaults);
    measurements.measure(METRIC.unreportedDeadLetters);
    logger.error('dead letter could not be reported', { ...about, error: error as Error });
    throw error;
  }
}

const processor = new BatchProcessor(EventType.SQS);

/** Receives from the dead-letter queue the messages that have no outcome, and starts their executions. */
export const handler = middy<SQSEvent, Awaited<ReturnType<typeof processPartialResponse>>>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(measurements.written())
  .handler((event, context) =>
    processPartialResponse(event, reportRecord, processor, { context, throwOnFullBatchFailure: false }),
  );
