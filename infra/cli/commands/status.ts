import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { dropsOf } from '../../../shared/upload/drop.ts';
import { pinterestOfStack } from '../../operations/pinterest-of-stack.ts';
import { findUpload, type KnownUpload, recentUploads } from '../../operations/uploads.ts';
import { type Command, CommandError, type CommandPorts } from '../command.ts';

/** How many uploads are looked through for a media id. */
const LOOKED_THROUGH = 1000;

export const statusCommand: Command = {
  usage: 'status UPLOAD_ID|MEDIA_ID|s3://bucket/key',
  summary: 'where one file is, with its timeline',
  takes: [1, 1],
  async run([what = ''], ports, output) {
    const known = await find(what, ports);
    if (output.json) output.print(JSON.stringify(known));
    else for (const line of story(known)) output.print(line);
    return 0;
  },
};

async function find(what: string, ports: CommandPorts): Promise<KnownUpload> {
  if (what.startsWith('s3://')) return byObject(what, ports);
  const upload = await findUpload(what, ports);
  if (upload) return upload;
  if (!/^\d+$/.test(what)) {
    throw new CommandError(
      `There is no upload ${what}: give the uploadId of an event, a media id, or s3://bucket/key.`,
    );
  }
  const ofMedia = (await recentUploads(LOOKED_THROUGH, ports)).find((each) => each.upload.mediaId === what);
  if (ofMedia) return ofMedia;
  const media = await pinterestOfStack(ports)
    .mediaGet(what)
    .catch(() => undefined);
  throw new CommandError(
    media
      ? `None of the newest ${LOOKED_THROUGH} uploads has the media ${what}; Pinterest knows it, and says ${media.status}.`
      : `None of the newest ${LOOKED_THROUGH} uploads has the media ${what}, and Pinterest does not know it.`,
  );
}

async function byObject(url: string, ports: CommandPorts): Promise<KnownUpload> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  if (key === '') throw new CommandError(`${url} names no object: say s3://bucket/key.`);
  const { VersionId } = await ports.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch((error) => {
    if (error?.$metadata?.httpStatusCode === 404) throw new CommandError(`There is no object ${url}.`);
    throw error;
  });
  const upload = (await ofVersion(bucket, key, VersionId, ports)) ?? (await newestOf(bucket, key, VersionId, ports));
  if (upload) return upload;
  throw new CommandError(
    `${url} is in the bucket and not with Pinterest yet: it waits in the queue. pindrop doctor says whether something is wrong.`,
  );
}

/** Versions tell the upload by themselves. */
async function ofVersion(bucket: string, key: string, versionId: string | undefined, ports: CommandPorts) {
  if (versionId === undefined) return undefined;
  const record = {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: new Date().toISOString(),
    s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key), size: 1, versionId } },
  };
  const [drop] = dropsOf(JSON.stringify({ Records: [record] }));
  return drop && findUpload(drop.uploadId, ports);
}

/** Without versions, and after a retry, the newest upload of the key is the one that is meant. */
async function newestOf(bucket: string, key: string, versionId: string | undefined, ports: CommandPorts) {
  const uploads = await recentUploads(LOOKED_THROUGH, ports);
  return uploads.find(
    ({ upload: { object } }) =>
      object.bucket === bucket &&
      object.key === key &&
      (object.versionId === undefined || object.versionId === versionId),
  );
}

function* story({ upload, state, polls, finalEvent, waitSeconds }: KnownUpload): Generator<string> {
  const { object, timeline, uploadId, mediaId } = upload;
  yield `${object.key} (${object.size} bytes), upload ${uploadId}`;
  yield `  dropped     ${timeline.droppedAt}`;
  if (timeline.registeredAt) yield `  registered  ${timeline.registeredAt}  media ${mediaId}`;
  if (timeline.uploadedAt) yield `  uploaded    ${timeline.uploadedAt}`;
  if (state === 'following') yield `  processing  asked ${polls}×; asked again every ${waitSeconds} s or so`;
  if (finalEvent)
    yield `  ${finalEvent.detail.status.padEnd(11)} ${finalEvent.detail.timeline.completedAt}  asked ${polls}×`;
  if (finalEvent?.detail.status === 'failed') {
    const { reason, message, retryable } = finalEvent.detail.failure;
    yield `  ${reason}: ${message}`;
    if (retryable) yield `  npm run pindrop -- retry ${uploadId}`;
  }
  if (state === 'broken')
    yield '  The execution failed and put no final event: look into its history in Step Functions.';
}
