import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FormFields, type FormFile, readFormPost } from '../aws/s3/form-post.ts';
import { type PolicySize, requirePolicy, requireSize } from '../aws/s3/post-policy.ts';
import { answerS3Error, S3Error } from '../aws/s3/s3-error.ts';
import { SignatureError, verifyPolicySignature } from '../aws/signature.ts';
import type { Fault } from './faults.ts';
import type { ReceivedFile } from './media-store.ts';
import type { Simulation } from './simulation.ts';
import { strike } from './strike.ts';
import { mediaIdOfKey, UPLOAD_BUCKET } from './upload-policy.ts';

interface PostedForm {
  mediaId: string;
  file: ReceivedFile;
  /** The file's first bytes. */
  start: Buffer;
  eTag: string;
}

/** Enough bytes to distinguish a video from other files. */
const START_BYTES = 12;

/** Handles the form upload as S3's POST Object does. It keeps digests of the file, not its bytes. */
export async function answerUpload(
  request: IncomingMessage,
  response: ServerResponse,
  simulation: Simulation,
): Promise<void> {
  const { fault, request: noted } = simulation.arrived({ operation: 'upload', account: accountIn(request) });
  if (await strike(fault, request, response)) return;
  try {
    if (request.method !== 'POST') throw new S3Error('MethodNotAllowed', 'The method is not allowed.');
    if (fault?.kind === 'status') {
      throw new S3Error(fault.s3Code ?? 'InternalError', 'A simulated fault.', { status: fault.status });
    }
    const form = await readFormPost(request, (fields, file) => accept(request, fields, file, simulation), {
      idleTimeoutMs: simulation.options.uploadIdleMs,
      ...resetAfterBytes(fault, request),
      ...(fault?.kind === 'slow-network' && { through: slowDown(fault.bytesPerSecond) }),
    });
    noted.mediaId = form.mediaId;
    keep(form, request, simulation, fault);
    if (fault?.kind === 'stored-not-answered') return void request.socket.destroy();
    noted.status = 204;
    response.writeHead(204, { ETag: `"${form.eTag}"` }).end();
  } catch (error) {
    const refusal =
      error instanceof SignatureError ? new S3Error(error.code, error.message, { status: error.status }) : error;
    if (!(refusal instanceof S3Error)) throw error;
    noted.status = refusal.status;
    answerS3Error(request, response, refusal);
  }
}

/** The account in the path of the upload URL. */
const accountIn = ({ url = '' }: IncomingMessage) => url.split('/')[2] ?? '';

async function accept(
  request: IncomingMessage,
  fields: FormFields,
  { name: fileName, contentType, content }: FormFile,
  { store }: Simulation,
): Promise<PostedForm> {
  const key = fields.get('key');
  if (!key) throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'.");
  await verifyPolicySignature((name) => fields.get(name), store.accessKey);
  const allowed = requirePolicy(new Map([...fields, ['bucket', UPLOAD_BUCKET]]), Date.now());
  const { size, sha256, eTag, start } = await digested(content, allowed);
  const contentLength = Number(request.headers['content-length']);
  return { mediaId: mediaIdOfKey(key), file: { size, sha256, fileName, contentType, contentLength }, start, eTag };
}

async function digested(content: Readable, allowed: PolicySize) {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const chunk of content as AsyncIterable<Buffer>) {
    size += chunk.length;
    requireSize(size, { ...allowed, minBytes: 0 });
    if (start.length < START_BYTES) start = Buffer.concat([start, chunk.subarray(0, START_BYTES - start.length)]);
    sha256.update(chunk);
    md5.update(chunk);
  }
  requireSize(size, allowed);
  return { size, start, sha256: sha256.digest('hex'), eTag: md5.digest('hex') };
}

/** A stream that limits the rate of the bytes. */
const slowDown = (bytesPerSecond: number) =>
  new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      await sleep((chunk.length / bytesPerSecond) * 1000);
      done(null, chunk);
    },
  });

function resetAfterBytes(fault: Fault | undefined, request: IncomingMessage) {
  if (fault?.kind !== 'reset' || fault.afterBytes === undefined) return {};
  let left = fault.afterBytes;
  return {
    onBytes(bytes: number) {
      left -= bytes;
      if (left <= 0) request.socket.destroy();
    },
  };
}

function keep(
  { mediaId, file, start }: PostedForm,
  request: IncomingMessage,
  { store, options }: Simulation,
  fault: Fault | undefined,
): void {
  const isVideo = start.subarray(4, 8).toString('latin1') === 'ftyp';
  const failed =
    fault?.kind === 'not-processable' || file.fileName.includes('simulate-failed') || (options.judgeBytes && !isVideo);
  const readyAt = Date.now() + options.processingSeconds(file) * 1000;
  const transferEncoding = request.headers['transfer-encoding'];
  store.store(
    mediaId,
    { ...file, ...(transferEncoding && { transferEncoding }) },
    readyAt,
    failed ? 'failed' : 'succeeded',
  );
}
