import { sizeInWords } from '../../../shared/upload/size-words.ts';
import { accountNames } from '../../operations/accounts.ts';
import { newestAttempt, newestUploadOf } from '../../operations/attempts.ts';
import { currentVersion } from '../../operations/dropped-object.ts';
import { OperationError } from '../../operations/operation-error.ts';
import { findPin, type KnownPin } from '../../operations/pins.ts';
import { pinterestOf } from '../../operations/pinterest-of-stack.ts';
import { isS3Url, parseS3Url } from '../../operations/s3-url.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import { findUpload, findUploadOfMedia, type KnownUpload } from '../../operations/uploads.ts';
import type { ExitCode, Output } from '../command.ts';
import { hint } from '../hint.ts';
import { pinWords } from '../pin-words.ts';

/** How many of the newest uploads are searched for a media id. */
const LOOKED_THROUGH = 1000;

/** An upload and, if a later attempt of the same object version exists, the newest attempt. */
interface UploadStatus extends KnownUpload {
  newestAttempt?: Pick<KnownUpload, 'state'> & { uploadId: string };
  /** Only in a stack with the example `publish-pin`. */
  pin?: KnownPin;
}

/** @param what an upload id, a media id, or `s3://bucket/key` for the newest attempt of an object */
export async function status(what: string, ports: StackPorts, output: Output): Promise<ExitCode> {
  const known = isS3Url(what) ? await byObject(what, ports) : await byId(what, ports);
  const newest = await newestAttempt(known, ports);
  const { state, upload } = newest;
  const shown: UploadStatus = {
    ...known,
    newestAttempt: newest === known ? undefined : { uploadId: upload.uploadId, state },
    pin: await findPin(known.upload.uploadId, ports),
  };
  if (output.json) output.print(JSON.stringify(shown));
  else for (const line of story(shown, ports)) output.print(line);
  return 0;
}

async function byId(what: string, ports: StackPorts): Promise<KnownUpload> {
  const upload = await findUpload(what, ports);
  if (upload) return upload;
  if (!/^\d+$/.test(what)) {
    throw new OperationError(
      `There is no upload ${what}: give the uploadId of an event, a media id, or s3://bucket/key.`,
    );
  }
  const ofMedia = await findUploadOfMedia(what, LOOKED_THROUGH, ports);
  if (ofMedia) return ofMedia;
  const found = await mediaAtPinterest(what, ports);
  throw new OperationError(
    found
      ? `None of the newest ${LOOKED_THROUGH} uploads has the media ${what}. Its status at Pinterest is ${found}.`
      : `None of the newest ${LOOKED_THROUGH} uploads has the media ${what}, and Pinterest does not know it.`,
  );
}

/** @returns the media's status, and its account if there are several; undefined when no account has the media */
async function mediaAtPinterest(mediaId: string, ports: StackPorts): Promise<string | undefined> {
  const names = accountNames(ports);
  for (const account of names.length === 0 ? [undefined] : names) {
    const media = await pinterestOf(ports, account)
      .mediaGet(mediaId)
      .catch(() => undefined);
    if (media) return account === undefined ? media.status : `${media.status}, in the account ${account}`;
  }
  return undefined;
}

async function byObject(url: string, ports: StackPorts): Promise<KnownUpload> {
  const object = parseS3Url(url);
  const version = await currentVersion(object, ports);
  const upload = await newestUploadOf(object, version, ports);
  if (upload) return upload;
  if (!version) throw new OperationError(`There is no object ${url}, and no upload of it.`);
  throw new OperationError(
    `${url} is in the bucket, but Pinterest does not have it yet. It waits in the queue, unless the settings prefix, suffixes or accounts exclude it. ${hint('doctor', ports)} shows whether something is wrong.`,
  );
}

function* story(
  { upload, state, polls, finalEvent, waitSeconds, newestAttempt, pin }: UploadStatus,
  ports: StackPorts,
) {
  const { account, object, timeline, uploadId, mediaId } = upload;
  yield `${object.key} (${sizeInWords(object.size)}), upload ${uploadId}`;
  if (account !== undefined) yield `  account     ${account}`;
  yield `  dropped     ${timeline.droppedAt}`;
  if (timeline.registeredAt) yield `  registered  ${timeline.registeredAt}  media ${mediaId}`;
  if (timeline.uploadedAt) yield `  uploaded    ${timeline.uploadedAt}`;
  if (state === 'following') yield `  processing  polled ${polls}×; polled about every ${waitSeconds} s`;
  if (finalEvent) {
    const { status, timeline: ended } = finalEvent.detail;
    yield `  ${status.padEnd(11)} ${ended.completedAt}  polled ${polls}×`;
  }
  if (pin) yield `  Pin         ${pinWords(pin)}`;
  if (pin?.state === 'failed') yield `  ${pin.message}`;
  if (finalEvent?.detail.status === 'failed') {
    const { reason, message, retryable } = finalEvent.detail.failure;
    yield `  ${reason}: ${message}`;
    if (retryable && !newestAttempt) yield `  ${hint(`retry ${uploadId}`, ports)}`;
  }
  if (state === 'broken') {
    yield '  The execution failed without a final event: look at its history in Step Functions (docs/runbook.md#failed-executions).';
  }
  if (newestAttempt) {
    yield `  retried as  ${newestAttempt.uploadId}  ${newestAttempt.state}`;
    yield `  ${hint(`status ${newestAttempt.uploadId}`, ports)}`;
  }
}
