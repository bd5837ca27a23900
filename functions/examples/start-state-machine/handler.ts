import { Logger } from '@aws-lambda-powertools/logger';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mediaUploadEvent } from '../../../shared/events/on-media-upload.ts';
import { clientOptions } from '../../aws/client-options.ts';
import { environment } from '../../environment.ts';
import { queuedEvents } from '../queued-events.ts';

const { STATE_MACHINE_ARN: stateMachineArn } = environment('STATE_MACHINE_ARN');
const states = new SFNClient(clientOptions);
const logger = new Logger();

/** Starts one execution per finished upload, named by the upload id, with the event as its input. */
export const handler = queuedEvents(async (input) => {
  const event = mediaUploadEvent(input);
  const name = event.detail.uploadId;
  try {
    await states.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(event) }));
    logger.info('execution started', { name });
  } catch (error) {
    // EventBridge delivers at least once: this is a repeated event.
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    logger.info('execution already exists', { name });
  }
}, logger);
