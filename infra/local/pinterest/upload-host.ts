import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import { type PostedForm, readFormPost } from './form-post.ts';
import { answerS3Error, S3Error } from './s3-error.ts';
import type { Simulation } from './simulation.ts';
import { strike } from './strike.ts';

/** Answers the form upload as S3's POST Object would. */
export async function answerUpload(
  request: IncomingMessage,
  response: ServerResponse,
  simulation: Simulation,
): Promise<void> {
  const { fault, request: noted } = simulation.arrived('upload');
  if (await strike(fault, request, response)) return;
  try {
    if (request.method !== 'POST') throw new S3Error('MethodNotAllowed', 'The method is not allowed.', 405);
    if (fault?.kind === 'status')
      throw new S3Error(fault.s3Code ?? 'InternalError', 'A simulated fault.', fault.status);
    const form = await readFormPost(request, {
      signingKey: simulation.store.signingKey,
      idleTimeoutMs: simulation.options.uploadIdleMs,
      now: () => new Date(),
      ...resetAfterBytes(fault, request),
      ...(fault?.kind === 'slow-network' ? { through: slowDown(fault.bytesPerSecond) } : {}),
    });
    noted.mediaId = form.mediaId;
    keep(form, request, simulation, fault);
    if (fault?.kind === 'stored-not-answered') return void request.socket.destroy();
    noted.status = 204;
    response.writeHead(204, { ETag: `"${form.eTag}"` }).end();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    noted.status = error.status;
    answerS3Error(request, response, error);
  }
}

/** Hands bytes on no faster than this. */
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
  const received = { ...file, ...(transferEncoding === undefined ? {} : { transferEncoding }) };
  store.store(mediaId, received, readyAt, failed ? 'failed' : 'succeeded');
}
