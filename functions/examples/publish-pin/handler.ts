import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import { PinterestClient } from '../../../shared/pinterest/pinterest-client.ts';
import { accountsOfStack, perAccount } from '../../accounts.ts';
import { accessTokenFromSecret } from '../../aws/access-token.ts';
import { clientOptions, s3ClientOptions } from '../../aws/client-options.ts';
import { environment, retryPolicyOfStack } from '../../environment.ts';
import { s3PinLane } from './pin-lane.ts';
import type { PinProgress } from './pin-progress.ts';
import { publishPin } from './publish-pin.ts';

const settings = environment('PINTEREST_API_URL', 'PIN_PATIENCE_SECONDS', 'PIN_LANES_BUCKET', 'EXECUTION_ARN_PREFIX');
const accounts = accountsOfStack('TOKEN_SECRET_ARN');
const logger = new Logger();
const secrets = new SecretsManagerClient(clientOptions);
const pinterestOf = perAccount(
  ({ tokenSecretArn }) =>
    new PinterestClient({
      apiUrl: settings.PINTEREST_API_URL,
      accessToken: accessTokenFromSecret(secrets, tokenSecretArn),
    }),
);
const lane = s3PinLane(new S3Client(s3ClientOptions), new SFNClient(clientOptions), {
  bucket: settings.PIN_LANES_BUCKET,
  executionArnPrefix: settings.EXECUTION_ARN_PREFIX,
});
const policy = {
  patienceSeconds: settings.PIN_PATIENCE_SECONDS,
  retryPolicy: retryPolicyOfStack(),
};

/** Takes one step towards the Pin of an upload. The state machine then waits, invokes the next step, or emits the event. */
export const handler = middy<PinProgress, PinProgress>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(async (progress) => {
    const { uploadId, mediaId } = progress.upload;
    logger.appendKeys({ uploadId, account: progress.upload.account, mediaId });
    const pinterest = () => pinterestOf(accounts.ofUpload(progress.upload));
    const next = await publishPin(progress, policy, {
      createPin: async (pin) => pinterest().pinsCreate(pin),
      async *boardPins(boardId) {
        yield* pinterest().boardsListAllPins(boardId);
      },
      lane,
      now: () => new Date(),
      onFault: (because) => logger.warn('no Pin yet', { step: progress.step, because }),
    });
    const { step, waitSeconds, finalEvent } = next;
    if (finalEvent) logger.info('Pin ended', { status: finalEvent.detail.status });
    else logger.info('Pin on its way', { step, waitSeconds });
    return next;
  });
