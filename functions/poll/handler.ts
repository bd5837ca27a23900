import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import { METRIC } from '../../shared/upload/metrics.ts';
import { UPLOAD_LOG } from '../../shared/upload/upload-log.ts';
import { accountsOfStack, perAccount } from '../accounts.ts';
import { accessTokenFromSecret } from '../aws/access-token.ts';
import { clientOptions } from '../aws/client-options.ts';
import { environment, retryPolicyOfStack } from '../environment.ts';
import { Measurements } from '../measurements.ts';
import { isOwnFault, isTokenFault } from '../outcome/fault.ts';
import { MediaStatuses } from './media-statuses.ts';
import { pollMedia, secondsSinceUpload } from './poll-media.ts';
import type { ProcessedFile } from './question-times.ts';
import { RecentFiles } from './recent-files.ts';

const settings = environment('PINTEREST_API_URL', 'DEPLOYMENT', 'POLL_DEADLINE_MINUTES', 'RECENT_FILES_PARAMETER');
const accounts = accountsOfStack('TOKEN_SECRET_ARN');
const logger = new Logger();
const measurements = new Measurements(settings.DEPLOYMENT, accounts.names);
const secrets = new SecretsManagerClient(clientOptions);
/**
 * The statuses of an account's media. They are kept between invocations: a response for one upload also contains the
 * statuses of other uploads of the same account.
 */
const statusesOf = perAccount(({ name: account, tokenSecretArn }) => {
  const { tokenRead, answered } = measurements.of(account);
  return new MediaStatuses({
    pinterest: new PinterestClient({
      apiUrl: settings.PINTEREST_API_URL,
      accessToken: accessTokenFromSecret(secrets, tokenSecretArn, tokenRead),
      onAnswer: answered,
    }),
    onListFailure: (error) => logger.warn('media_list failed', { error: error as Error }),
  });
});
const recentFiles = new RecentFiles({
  ssm: new SSMClient(clientOptions),
  parameter: settings.RECENT_FILES_PARAMETER,
  apiUrl: settings.PINTEREST_API_URL,
  onError: (error) => logger.warn('recent processing times could not be stored', { error: error as Error }),
});
const policy = {
  deadlineSeconds: settings.POLL_DEADLINE_MINUTES * 60,
  retryPolicy: retryPolicyOfStack(),
};

/**
 * Polls Pinterest once for one upload's status. The state machine then waits and polls again, or emits the final
 * event.
 */
export const handler = middy<FollowedUpload, FollowedUpload>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(measurements.written())
  .handler(async (followed) => {
    const { uploadId, account, mediaId } = followed.upload;
    logger.appendKeys({ uploadId, account, mediaId });
    const ofAccount = measurements.of(account);
    let processed: ProcessedFile | undefined;
    const polled = await pollMedia(followed, policy, {
      mediaStatus: async (id, question) => statusesOf(accounts.ofUpload(followed.upload)).statusOf(id, question),
      now: () => new Date(),
      onProcessed: (file) => {
        processed = file;
      },
      onProcessingFailed: (details) => logger.warn('Pinterest could not process the media', { details }),
      onFault(error) {
        logger.warn(UPLOAD_LOG.unasked, { error: error as Error });
        if (isTokenFault(error)) ofAccount.measure(METRIC.tokenRefused);
        if (isOwnFault(error)) ofAccount.measure(METRIC.ownFaults);
      },
    });
    if (processed) await recentFiles.learn(processed);
    const { polls, waitSeconds, finalEvent } = polled;
    if (finalEvent) {
      logger.info(UPLOAD_LOG.ended, { polls, status: finalEvent.detail.status });
      ofAccount.ended(finalEvent.detail);
    } else {
      const sinceUploadSeconds = Math.round(secondsSinceUpload(followed, new Date()));
      logger.info(UPLOAD_LOG.processing, { polls, waitSeconds, sinceUploadSeconds });
    }
    return polled;
  });
