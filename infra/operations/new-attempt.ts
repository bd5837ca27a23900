import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { isCompanionKey } from '../../shared/upload/companion-keys.ts';
import { whyIgnored } from '../../shared/upload/drop-filter.ts';
import { attemptMessage, newestAttempt, newestUploadOf } from './attempts.ts';
import { deployedSettings } from './deployed-settings.ts';
import { currentVersion, type ObjectVersion } from './dropped-object.ts';
import { OperationError } from './operation-error.ts';
import { isS3Url, parseS3Url } from './s3-url.ts';
import { outputOf } from './stack-outputs.ts';
import { findUpload, type KnownUpload, type UploadPorts } from './uploads.ts';

export interface RetryPorts extends UploadPorts {
  s3: S3Client;
  sqs: SQSClient;
  lambda: LambdaClient;
}

export interface RetryOptions {
  /** Upload the file even if Pinterest already has it. The file then gets another media. */
  again?: boolean;
  now?: () => Date;
}

/** An upload cannot be retried. The message says why, and what to do. */
export class NotRetryableError extends OperationError {
  override readonly name: string = 'NotRetryableError';
}

/** Pinterest already has the file. Only {@link RetryOptions.again} uploads it once more. */
export class AlreadySucceededError extends NotRetryableError {
  override readonly name = 'AlreadySucceededError';
}

/**
 * Starts a new attempt to upload a drop. The attempt has its own upload id and final event, and its give-up time begins
 * now. Its upload id derives from the newest attempt of the same object version. Until the new attempt has an
 * execution, further calls start the same attempt again.
 * @param what an upload id, or `s3://bucket/key` for the current version of an object
 * @returns the new upload id
 * @throws NotRetryableError
 */
export async function retry(what: string, ports: RetryPorts, options: RetryOptions = {}): Promise<string> {
  if (!isS3Url(what)) return retryAfter(what, await knownUpload(what, ports), ports, options);
  const object = parseS3Url(what);
  if (isCompanionKey(object.key)) {
    const video = what.replace(/\.[^.]*$/, '');
    throw new NotRetryableError(`${what} is a sidecar or a cover, not a video: retry ${video} to upload it with them.`);
  }
  const version = await currentVersion(object, ports);
  if (!version) throw new NotRetryableError(`There is no object ${what}.`);
  const newest = await newestUploadOf(object, version, ports);
  return newest
    ? retryAfter(what, newest, ports, options)
    : sendAttempt(what, { object: version, before: undefined }, ports, options);
}

async function retryAfter(what: string, known: KnownUpload, ports: RetryPorts, options: RetryOptions) {
  const newest = await newestAttempt(known, ports);
  const { uploadId, object } = newest.upload;
  const which = uploadId === what ? `The upload ${what}` : `The newest attempt of ${what}, ${uploadId},`;
  if (newest.state === 'following') {
    throw new NotRetryableError(`${which} has not ended yet: wait for its final event.`);
  }
  if (newest.state === 'succeeded' && !options.again) {
    throw new AlreadySucceededError(`${which} succeeded: there is nothing to retry.`);
  }
  return sendAttempt(what, { object, before: uploadId }, ports, options);
}

async function sendAttempt(
  what: string,
  { object, before }: { object: ObjectVersion; before: string | undefined },
  ports: RetryPorts,
  { now = () => new Date() }: RetryOptions,
): Promise<string> {
  const because = whyIgnored(object, await deployedSettings(ports));
  if (because !== undefined) throw new NotRetryableError(`The stack would ignore ${what}. ${because}`);
  const message = attemptMessage(object, before, now());
  if (!message) throw new NotRetryableError(`${what} is a folder, not a file.`);
  const QueueUrl = outputOf(ports, 'QueueUrl');
  await ports.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: message.body }));
  return message.uploadId;
}

async function knownUpload(uploadId: string, ports: UploadPorts): Promise<KnownUpload> {
  const known = await findUpload(uploadId, ports);
  if (known) return known;
  throw new NotRetryableError(
    `There is no upload ${uploadId}: give the uploadId of a final event, or s3://bucket/key.`,
  );
}
