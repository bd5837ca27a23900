import { Logger } from '@aws-lambda-powertools/logger';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { onMediaUpload } from '../../../shared/events/on-media-upload.ts';
import { clientOptions } from '../../aws/client-options.ts';
import { environment } from '../../environment.ts';
import { queuedEvents } from '../queued-events.ts';
import { message } from './message.ts';
import { postMessage, webhookUrl } from './post-message.ts';

const { WEBHOOK_SECRET_ARN } = environment('WEBHOOK_SECRET_ARN');
const secrets = new SecretsManagerClient(clientOptions);
const logger = new Logger();

async function notify(detail: Parameters<typeof message>[0]): Promise<void> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: WEBHOOK_SECRET_ARN }));
  await postMessage(webhookUrl(SecretString), message(detail));
  logger.info('webhook notified', { status: detail.status });
}

/** Posts the outcome of each upload to a Slack-compatible webhook. */
export const handler = queuedEvents(onMediaUpload({ succeeded: notify, failed: notify }), logger);
