import type { LocalStack } from '../../aws/local-stack.ts';
import { Refusal } from './own-page.ts';

/**
 * Starts a new attempt of a failed upload, as `npm run pindrop -- retry` does.
 * @returns the new upload id
 * @throws Refusal
 */
export async function retryHere(
  uploadId: string,
  { endpoint, region, accessKey, outputs }: Pick<LocalStack, 'endpoint' | 'region' | 'accessKey' | 'outputs'>,
): Promise<string> {
  // Import the AWS clients only when needed: they would slow down every start.
  const [{ NotRetryableError, retry }, { LambdaClient }, { S3Client }, { SFNClient }, { SQSClient }] =
    await Promise.all([
      import('../../../operations/new-attempt.ts'),
      import('@aws-sdk/client-lambda'),
      import('@aws-sdk/client-s3'),
      import('@aws-sdk/client-sfn'),
      import('@aws-sdk/client-sqs'),
    ]);
  const client = { endpoint, region, credentials: accessKey };
  const ports = {
    stackName: 'Pindrop',
    outputs,
    lambda: new LambdaClient(client),
    s3: new S3Client(client),
    states: new SFNClient(client),
    sqs: new SQSClient({ ...client, useQueueUrlAsEndpoint: false }),
  };
  try {
    return await retry(uploadId, ports);
  } catch (error) {
    if (error instanceof NotRetryableError) throw new Refusal(409, error.message);
    throw error;
  } finally {
    for (const each of [ports.lambda, ports.s3, ports.states, ports.sqs]) each.destroy();
  }
}
