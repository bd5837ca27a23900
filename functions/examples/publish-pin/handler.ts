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
import { accountBoards } from './account-boards.ts';
import { s3BoardTurns } from './board-turns.ts';
import { s3CoverSource } from './cover-source.ts';
import { findEndOfExecution } from './ended-execution.ts';
import { s3PinLane } from './pin-lane.ts';
import type { PinProgress } from './pin-progress.ts';
import { keepTaskToken, s3PinSchedules } from './pin-schedule.ts';
import { publishPin } from './publish-pin.ts';

const settings = environment(
  'PINTEREST_API_URL',
  'PIN_PATIENCE_SECONDS',
  'PIN_SPACING_SECONDS',
  'PIN_LANES_BUCKET',
  'EXECUTION_ARN_PREFIX',
  'PIN_DEFAULTS',
);
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
const boardsOf = perAccount((account) => accountBoards(pinterestOf(account), account.name));
const s3 = new S3Client(s3ClientOptions);
const covers = s3CoverSource(s3);
const bucket = settings.PIN_LANES_BUCKET;
const findEnd = findEndOfExecution(new SFNClient(clientOptions), settings.EXECUTION_ARN_PREFIX);
const lane = s3PinLane(s3, findEnd, bucket);
const turns = s3BoardTurns(s3, findEnd, bucket);
const schedules = s3PinSchedules(s3, bucket);
const policy = {
  patienceSeconds: settings.PIN_PATIENCE_SECONDS,
  spacingSeconds: settings.PIN_SPACING_SECONDS,
  retryPolicy: retryPolicyOfStack(),
};

/** The payload of the state that sleeps. */
interface Sleep {
  sleep: PinProgress;
  taskToken: string;
}

/**
 * Takes one step towards the Pin of an upload. The state machine then waits, invokes the next step, or emits the event.
 * A running execution keeps the definition that it was started with, so this function must accept the payloads of all
 * earlier definitions, and return steps that they can take: they wait if `waitSeconds` is more than 0, and then pass
 * every step but `create` to `Prepare or look for the Pin`.
 */
export const handler = middy<PinProgress | Sleep, PinProgress | undefined>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(async (payload) => {
    const progress = 'taskToken' in payload ? payload.sleep : payload;
    const { uploadId, mediaId } = progress.upload;
    logger.appendKeys({ uploadId, account: progress.upload.account, mediaId });
    if ('taskToken' in payload) {
      await keepTaskToken(schedules, { uploadId, dueAt: progress.dueAt, taskToken: payload.taskToken });
      return undefined;
    }
    const account = () => accounts.ofUpload(progress.upload);
    const next = await publishPin(progress, policy, {
      createPin: async (pin) => pinterestOf(account()).pinsCreate(pin),
      async *boardPins(boardId) {
        yield* pinterestOf(account()).boardsListAllPins(boardId);
      },
      defaults: settings.PIN_DEFAULTS,
      boards: {
        board: async (wanted) => boardsOf(account()).board(wanted),
        section: async (boardId, wanted) => boardsOf(account()).section(boardId, wanted),
      },
      covers,
      lane,
      schedules,
      turns,
      now: () => new Date(),
      onFault: (because) => logger.warn('no Pin yet', { step: progress.step, because }),
    });
    const { step, waitSeconds, dueAt, finalEvent } = next;
    if (finalEvent) logger.info('Pin ended', { status: finalEvent.detail.status });
    else logger.info('Pin on its way', { step, waitSeconds, dueAt });
    return next;
  });
