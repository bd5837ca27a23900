import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DroppedObject } from '../../shared/events/events.ts';
import { dropsOf } from '../../shared/upload/drop.ts';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import { CommandError } from '../cli/command.ts';

export interface RetryPorts {
  s3: S3Client;
  states: SFNClient;
  sqs: SQSClient;
  outputs: Record<string, string>;
  now?: () => Date;
}

/** What cannot be retried. Its message says why, and what to do. */
export class NotRetryableError extends CommandError {
  override readonly name = 'NotRetryableError';
}

type Source = Pick<DroppedObject, 'bucket' | 'key' | 'versionId' | 'eTag' | 'size'>;

/**
 * Makes a new attempt of a drop that failed, with an upload id and a final event of its own. Its give-up time begins anew.
 * @param what an upload id, or `s3://bucket/key` for what is there now
 * @returns the new upload id
 * @throws NotRetryableError
 */
export async function retry(what: string, ports: RetryPorts): Promise<string> {
  const { sqs, outputs, now = () => new Date() } = ports;
  const source = what.startsWith('s3://') ? await currentObject(what, ports) : await failedUpload(what, ports);
  const time = now();
  const body = JSON.stringify({ Records: [record(source, time)] });
  await sqs.send(new SendMessageCommand({ QueueUrl: outputs['QueueUrl'], MessageBody: body }));
  const [drop] = dropsOf(body);
  if (!drop) throw new NotRetryableError(`${what} is a folder, not a file.`);
  return drop.uploadId;
}

/** The notification that S3 would send, marked as another attempt. */
function record({ bucket, key, versionId, eTag, size }: Source, time: Date) {
  return {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: time.toISOString(),
    pindropAttempt: time.toISOString(),
    s3: {
      bucket: { name: bucket },
      object: { key: encodeURIComponent(key), size, eTag, ...(versionId === undefined ? {} : { versionId }) },
    },
  };
}

async function failedUpload(uploadId: string, { states, outputs }: RetryPorts): Promise<Source> {
  const executionArn = `${outputs['StateMachineArn']?.replace(':stateMachine:', ':execution:')}:${uploadId}`;
  const { status, input, output } = await states.send(new DescribeExecutionCommand({ executionArn })).catch((error) => {
    if (error instanceof ExecutionDoesNotExist) {
      throw new NotRetryableError(`There is no upload ${uploadId}; the upload id is in the final event.`);
    }
    throw error;
  });
  const { upload, finalEvent }: FollowedUpload = JSON.parse(output ?? input ?? '{}');
  if (status === 'RUNNING')
    throw new NotRetryableError(`The upload ${uploadId} has not ended yet: wait for its final event.`);
  if (finalEvent?.detail.status === 'succeeded')
    throw new NotRetryableError(`The upload ${uploadId} succeeded: there is nothing to retry.`);
  return upload.object;
}

async function currentObject(url: string, { s3 }: RetryPorts): Promise<Source> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  if (key === '') throw new NotRetryableError(`${url} names no object: say s3://bucket/key.`);
  const {
    VersionId,
    ETag = '',
    ContentLength = 0,
  } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch((error) => {
    if (error?.$metadata?.httpStatusCode === 404) throw new NotRetryableError(`There is no object ${url}.`);
    throw error;
  });
  const version = VersionId === undefined ? {} : { versionId: VersionId };
  return { bucket, key, ...version, eTag: ETag.replaceAll('"', ''), size: ContentLength };
}
