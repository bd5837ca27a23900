import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSEvent, SQSRecord } from 'aws-lambda';

/**
 * Makes a handler for a queue of events from a subscriber for one event. An event whose subscriber fails is
 * redelivered.
 */
export function queuedEvents(subscriber: (event: unknown) => Promise<void>, logger: Logger) {
  const processor = new BatchProcessor(EventType.SQS);
  const one = async (record: SQSRecord) => {
    const event = JSON.parse(record.body);
    logger.appendKeys({ uploadId: event?.detail?.uploadId });
    try {
      await subscriber(event);
    } catch (error) {
      logger.warn('the event will be redelivered', { error: error as Error });
      throw error;
    }
  };
  return middy<SQSEvent, Awaited<ReturnType<typeof processPartialResponse>>>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler((event, context) =>
      processPartialResponse(event, one, processor, { context, throwOnFullBatchFailure: false }),
    );
}
