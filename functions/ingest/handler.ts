import v8 from 'node:v8';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { describedPin } from '../../shared/pin/described-pin.ts';
import { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import { METRIC } from '../../shared/upload/metrics.ts';
import { accountsOfStack, perAccount } from '../accounts.ts';
import { accessTokenFromSecret } from '../aws/access-token.ts';
import { clientOptions, s3ClientOptions } from '../aws/client-options.ts';
import { stepFunctionsExecutions } from '../aws/executions.ts';
import { parameterGate } from '../aws/rate-limit-gate.ts';
import { dropFilterOfStack } from '../drop-filter.ts';
import { environment, retryPolicyOfStack } from '../environment.ts';
import { Measurements } from '../measurements.ts';
import { backoffSeconds } from '../outcome/decide.ts';
import { RecentFiles } from '../poll/recent-files.ts';
import type { AccountPorts } from './account-ports.ts';
import { attemptTimeoutMs } from './attempt-timeout.ts';
import { s3DropSource } from './drop-source.ts';
import { ingestMessage, type MessagePorts, type MessageQueues } from './ingest-message.ts';
import { inspectVideo } from './inspection/inspect-video.ts';
import { leaseMessage } from './message-lease.ts';

const settings = environment(
  'PINTEREST_API_URL',
  'DEPLOYMENT',
  'STATE_MACHINE_ARN',
  'QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'MAX_FILE_BYTES',
  'INSPECT',
  'REDELIVER_AFTER_SECONDS',
  'RECENT_FILES_PARAMETER',
);
/** Undefined when the stack makes no Pins of the uploads. */
const pinDefaults = process.env['PIN_DEFAULTS'] === undefined ? undefined : environment('PIN_DEFAULTS').PIN_DEFAULTS;
const accounts = accountsOfStack('TOKEN_SECRET_ARN', 'RATE_LIMIT_PARAMETER');
const filter = dropFilterOfStack(accounts);
const retryPolicy = retryPolicyOfStack();
// Each 16 KiB of an object occupies a buffer outside of V8's heap, and a garbage collection frees it. By default V8
// collects the whole heap for that, every 20 MB or so. With this flag V8 collects the young generation at 5 % (instead
// of 80 %) of its capacity, and frees the buffers earlier. An upload then takes half the CPU, and 50 MiB less memory.
v8.setFlagsFromString('--minor-gc-task-trigger=5');
const logger = new Logger();
const measurements = new Measurements(settings.DEPLOYMENT, accounts.names);
// Use the SQS endpoint from AWS_ENDPOINT_URL, as for the other services, not the host in the queue's URL.
const sqs = new SQSClient({ ...clientOptions, useQueueUrlAsEndpoint: false });
const ssm = new SSMClient(clientOptions);
const secrets = new SecretsManagerClient(clientOptions);
const apiUrl = settings.PINTEREST_API_URL;
const source = s3DropSource(new S3Client(s3ClientOptions));
const recentFiles = new RecentFiles({
  ssm,
  parameter: settings.RECENT_FILES_PARAMETER,
  apiUrl,
  onError: (error) => logger.warn('recent processing times could not be read', { error: error as Error }),
});
/** The ports of a Pinterest account. They are kept between invocations: the client caches the access token. */
const accountPorts = perAccount(({ name: account, tokenSecretArn, rateLimitParameter }): AccountPorts => {
  const { tokenRead, answered } = measurements.of(account);
  return {
    account,
    pinterest: new PinterestClient({
      apiUrl,
      accessToken: accessTokenFromSecret(secrets, tokenSecretArn, tokenRead),
      onAnswer: answered,
    }),
    gate: parameterGate(ssm, rateLimitParameter, (error) =>
      logger.warn('the rate limit could not be read or stored', { account, error: error as Error }),
    ),
  };
});
const ports: Omit<MessagePorts, 'queues'> = {
  source,
  filter,
  apiUrl,
  portsOfKey(key) {
    const account = accounts.ofKey(key);
    return account && accountPorts(account);
  },
  recentFiles: () => recentFiles.read(),
  executions: stepFunctionsExecutions(new SFNClient(clientOptions), settings.STATE_MACHINE_ARN),
  inspect: async (object) => {
    if (object.size > 0 && object.size <= settings.MAX_FILE_BYTES && settings.INSPECT === 'off') {
      return { verdict: 'unjudged', why: 'the inspection is switched off' };
    }
    const read = (start: number, end: number) => source.read(object, start, end);
    return inspectVideo({ size: object.size, read }, { maxBytes: settings.MAX_FILE_BYTES });
  },
  pinProblems: pinDefaults && ((upload) => describedPin(upload, pinDefaults, new Date()).problems),
  now: () => new Date(),
};

async function ingestRecord(record: SQSRecord, context: Context): Promise<void> {
  const attempt = Number(record.attributes.ApproximateReceiveCount) - 1;
  const lease = await leaseMessage(sqs, {
    queueUrl: settings.QUEUE_URL,
    receiptHandle: record.receiptHandle,
    // After a crash, the message waits as long as after a fault.
    seconds: Math.max(settings.REDELIVER_AFTER_SECONDS, backoffSeconds(attempt, retryPolicy, 1)),
    onError: (error) => logger.warn("the message's visibility timeout could not be changed", { error: error as Error }),
  });
  const leftMs = context.getRemainingTimeInMillis();
  const message = {
    messageId: record.messageId,
    body: record.body,
    sentAt: new Date(Number(record.attributes.SentTimestamp)),
  };
  let visibleAfterSeconds: number | undefined = backoffSeconds(attempt, retryPolicy);
  try {
    visibleAfterSeconds = await ingestMessage(
      message,
      { ...ports, queues: messageQueues(leftMs / 1000) },
      { number: attempt, retryPolicy, signal: AbortSignal.timeout(attemptTimeoutMs(leftMs)) },
      { logger, measurements },
    );
  } catch (error) {
    // A bug in Pindrop. The batch processor would neither log nor measure it.
    measurements.measure(METRIC.ownFaults);
    logger.error('the message failed', { messageId: record.messageId, error: error as Error });
  } finally {
    await lease.end(visibleAfterSeconds);
  }
  if (visibleAfterSeconds !== undefined) throw new Error(`The message is redelivered in ${visibleAfterSeconds} s.`);
}

/** @param leftSeconds seconds until Lambda ends this invocation */
function messageQueues(leftSeconds: number): MessageQueues {
  const send = async (QueueUrl: string, MessageBody: string, seconds: number) => {
    const DelaySeconds = Math.min(LONGEST_DELAY_SECONDS, Math.ceil(seconds));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
  };
  return {
    sendAgain: (body, afterSeconds) => send(settings.QUEUE_URL, body, afterSeconds),
    sendDeadLetter: (body) => send(settings.DEAD_LETTER_QUEUE_URL, body, leftSeconds),
  };
}

/** The longest delay of a message in SQS, 15 minutes. It is also Lambda's longest timeout. */
const LONGEST_DELAY_SECONDS = 900;

const processor = new BatchProcessor(EventType.SQS);

/** Receives S3's put events from the queue and uploads each dropped object to Pinterest. */
export const handler = middy<SQSEvent, Awaited<ReturnType<typeof processPartialResponse>>>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(measurements.written())
  .handler((event, context) =>
    processPartialResponse(event, (record: SQSRecord) => ingestRecord(record, context), processor, {
      context,
      throwOnFullBatchFailure: false,
    }),
  );
