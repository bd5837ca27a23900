import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import * as z from 'zod/mini';
import { renewTokens } from '../../shared/pinterest/oauth.ts';
import { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import { clientOptions } from '../aws/client-options.ts';
import { environment } from '../environment.ts';
import { ROTATION_STEPS, type RotationPorts, rotateToken } from './rotate-token.ts';
import { secretsManagerVersions } from './secret-versions.ts';

const { PINTEREST_API_URL: apiUrl, ACCOUNT: account } = environment('PINTEREST_API_URL', 'ACCOUNT');
const logger = new Logger();
const secrets = new SecretsManagerClient(clientOptions);

const eventSchema = z.object({
  Step: z.enum(ROTATION_STEPS),
  SecretId: z.string(),
  ClientRequestToken: z.string(),
});

const test: RotationPorts['test'] = async (accessToken) => {
  await new PinterestClient({ apiUrl, accessToken: async () => accessToken }).mediaList({ pageSize: 1 });
};

/** Rotates the token secret for Secrets Manager. After an error the current version stays unchanged. */
export const handler = middy<unknown, void>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(async (event) => {
    const { Step: step, SecretId, ClientRequestToken: versionId } = eventSchema.parse(event);
    logger.appendKeys({ step, versionId, account });
    try {
      await rotateToken(
        { step, versionId },
        { versions: secretsManagerVersions(secrets, SecretId), apiUrl, account, renew: renewTokens, test },
      );
    } catch (error) {
      logger.error('the tokens were not renewed', { error: error as Error });
      throw error;
    }
    logger.info('rotation step done');
  });
