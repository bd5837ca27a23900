import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type IngestOutcome, type IngestPorts, ingestDrop } from '../../../functions/ingest/ingest-drop.ts';
import type { Verdict } from '../../../functions/ingest/inspection/inspect-video.ts';
import { SourceError } from '../../../functions/outcome/fault.ts';
import { finalEventDetailSchema } from '../../../shared/events/schema.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import type { Drop } from '../../../shared/upload/drop.ts';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';
import { loopbackServer, received } from '../../harness/loopback-server.ts';

const bytes = randomBytes(50_000);
const drop: Drop = {
  uploadId: 'clip-1',
  bucket: 'videos',
  key: 'spring/clip.mp4',
  versionId: 'v1',
  eTag: 'abc',
  size: bytes.length,
  droppedAt: '2026-03-01T09:00:00.000Z',
};

/** Working versions of all ports, with an upload host on loopback. A test replaces the ports that it is about. */
async function workingPorts(answer: { status: number; body?: string } | 'reset' | 'never' = { status: 204 }) {
  const executions = new Map<string, FollowedUpload>();
  const uploads: Buffer[] = [];
  let registrations = 0;
  let closedFor = 0;
  const url = await loopbackServer(async (request, response) => {
    if (answer === 'never') return;
    if (answer === 'reset') return void request.once('data', () => request.socket.destroy());
    uploads.push((await received(request)).body);
    response.writeHead(answer.status).end(answer.body);
  });
  const ports: IngestPorts = {
    recentFiles: async () => [],
    apiUrl: `${url}/v5`,
    source: {
      head: async ({ bucket, key, eTag }) => ({
        bucket,
        key,
        versionId: 'v1',
        eTag,
        size: bytes.length,
        metadata: { board: '42' },
      }),
      read: async (_object, start, end) => bytes.subarray(start, end),
      open: async () => Readable.from([bytes]),
      readSidecar: async () => undefined,
    },
    pinterest: {
      mediaCreate: async () => ({
        mediaId: String(++registrations),
        uploadUrl: `${url}/upload/`,
        uploadParameters: { key: 'k' },
      }),
      mediaGet: async (mediaId) => ({ mediaId, status: 'registered' }),
    },
    executions: {
      exists: async (uploadId) => executions.has(uploadId),
      existsForObject: async () => false,
      start: async (followed) => {
        if (executions.has(followed.upload.uploadId)) return false;
        executions.set(followed.upload.uploadId, followed);
        return true;
      },
    },
    gate: {
      state: async () => ({ closedForSeconds: closedFor }),
      close: async (seconds) => {
        closedFor = seconds;
      },
      open: async () => {
        closedFor = 0;
      },
    },
    inspect: async () => ({ verdict: 'accepted' }),
    now: () => new Date('2026-03-01T09:00:10.000Z'),
  };
  return { ports, executions, uploads, registrations: () => registrations };
}

const attempt = { number: 0, retryPolicy: { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 } };
const failing = (error: Error) => async () => {
  throw error;
};
const failureIn = (followed: FollowedUpload | undefined) => {
  const detail = finalEventDetailSchema.parse(followed?.finalEvent?.detail);
  return detail.status === 'failed' ? detail.failure : undefined;
};

const EMPTY_FILE: Verdict = { verdict: 'rejected', rule: 'empty', rules: ['empty'], message: 'the file is empty' };

describe('ingestDrop', () => {
  it('registers the media, uploads the exact bytes and starts the execution', async () => {
    const { ports, executions, uploads } = await workingPorts();
    await expect(ingestDrop(drop, ports, attempt)).resolves.toMatchObject({ outcome: 'uploaded', mediaId: '1' });
    expect(uploads[0]?.includes(bytes)).toBe(true);
    const followed = executions.get('clip-1');
    expect(followed).toMatchObject({
      polls: 0,
      upload: { mediaId: '1', object: { key: 'spring/clip.mp4', metadata: { board: '42' } } },
    });
    expect(followed?.finalEvent).toBeUndefined();
    expect(JSON.stringify(followed)).not.toContain('upload/');
  });

  it('does nothing for a drop that already has an execution', async () => {
    const { ports, uploads, registrations } = await workingPorts();
    await ingestDrop(drop, ports, attempt);
    await expect(ingestDrop(drop, ports, attempt)).resolves.toEqual({ outcome: 'already-followed' });
    expect([uploads.length, registrations()]).toEqual([1, 1]);
  });

  it('starts one execution when the same put event is delivered ten times at once', async () => {
    const { ports, executions } = await workingPorts();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => ingestDrop(drop, ports, attempt)));
    expect(outcomes.filter(({ outcome }) => outcome === 'uploaded')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'already-followed')).toHaveLength(9);
    expect(executions.size).toBe(1);
  });

  it('reads the sidecar beside the file at each attempt, and passes it on', async () => {
    const { ports, executions } = await workingPorts();
    const asked: string[] = [];
    let text = '{"title":"first"}';
    ports.source.readSidecar = async ({ bucket }, key) => {
      asked.push(`${bucket}/${key}`);
      return { bytes: Buffer.from(text), size: text.length };
    };
    ports.executions.start = failing(new Error('Step Functions is away.'));
    await ingestDrop(drop, ports, attempt);
    text = '{"title":"second"}';
    ports.executions.start = async (followed) => executions.set(followed.upload.uploadId, followed) !== undefined;
    await ingestDrop(drop, ports, attempt);
    expect(asked).toEqual(['videos/spring/clip.mp4.json', 'videos/spring/clip.mp4.json']);
    expect(executions.get('clip-1')?.upload.sidecar).toEqual({ title: 'second' });
  });

  it('fails a file with a wrong sidecar before it registers any media', async () => {
    const { ports, executions, registrations } = await workingPorts();
    ports.source.readSidecar = async () => ({ bytes: Buffer.from('[]'), size: 2 });
    await expect(ingestDrop(drop, ports, attempt)).resolves.toMatchObject({ outcome: 'failed', blame: 'file' });
    expect(failureIn(executions.get('clip-1'))).toEqual({
      reason: 'rejected_file',
      message:
        'The sidecar spring/clip.mp4.json is JSON, but an array and not an object. Replace the sidecar or delete it, then retry the drop.',
      retryable: true,
    });
    expect(registrations()).toBe(0);
  });

  it('retries when the sidecar cannot be read', async () => {
    const { ports, executions } = await workingPorts();
    const denied = new SourceError('denied', { answer: '403 AccessDenied', sidecar: 'spring/clip.mp4.json' });
    ports.source.readSidecar = failing(denied);
    await expect(ingestDrop(drop, ports, attempt)).resolves.toMatchObject({
      outcome: 'retry',
      because: expect.stringContaining('the sidecar spring/clip.mp4.json (403 AccessDenied)'),
    });
    expect(executions.size).toBe(0);
  });

  it('fails a rejected file with its sidecar in the event', async () => {
    const { ports, executions } = await workingPorts();
    ports.source.readSidecar = async () => ({ bytes: Buffer.from('{"order":7}'), size: 11 });
    ports.inspect = async () => EMPTY_FILE;
    await ingestDrop(drop, ports, attempt);
    expect(executions.get('clip-1')?.finalEvent?.detail).toMatchObject({ status: 'failed', sidecar: { order: 7 } });
  });

  it('fails a rejected file at once when its sidecar cannot be read', async () => {
    const { ports, executions } = await workingPorts();
    ports.source.readSidecar = failing(new SourceError('trouble', { answer: '503 SlowDown' }));
    ports.inspect = async () => EMPTY_FILE;
    await ingestDrop(drop, ports, attempt);
    const event = executions.get('clip-1')?.finalEvent?.detail;
    expect(event).toMatchObject({ status: 'failed', failure: { reason: 'rejected_file' } });
    expect(event).not.toHaveProperty('sidecar');
  });

  it('fails a rejected file before it registers any media', async () => {
    const { ports, executions, registrations } = await workingPorts();
    const message = 'the video is 2.1 s long; Pinterest accepts 4 s to 15 min';
    ports.inspect = async () => ({ verdict: 'rejected', rule: 'too_short', rules: ['too_short'], message });
    await ingestDrop(drop, ports, attempt);
    expect(failureIn(executions.get('clip-1'))).toEqual({
      reason: 'rejected_file',
      message: 'The video is 2.1 s long; Pinterest accepts 4 s to 15 min. Drop a file that Pinterest accepts.',
      retryable: false,
    });
    expect(registrations()).toBe(0);
  });

  it('fails a file whose Pin is described wrongly before it registers any media', async () => {
    const { ports, executions, registrations } = await workingPorts();
    ports.pinProblems = ({ sidecar, object }) => [
      `${sidecar?.['order']} is wrong.`,
      `${object.metadata['board']} too.`,
    ];
    ports.source.readSidecar = async () => ({ bytes: Buffer.from('{"order":7}'), size: 11 });
    await expect(ingestDrop(drop, ports, attempt)).resolves.toMatchObject({ outcome: 'failed', blame: 'file' });
    expect(failureIn(executions.get('clip-1'))).toEqual({
      reason: 'rejected_file',
      message:
        '7 is wrong. 42 too. Write the correct values into the sidecar spring/clip.mp4.json, then retry the drop.',
      retryable: true,
    });
    expect(registrations()).toBe(0);
  });

  it('reports a file that Pinterest would refuse and a wrong description of its Pin at once', async () => {
    const { ports, executions } = await workingPorts();
    ports.pinProblems = () => ['No board is named.'];
    ports.inspect = async () => EMPTY_FILE;
    await ingestDrop(drop, ports, attempt);
    expect(failureIn(executions.get('clip-1'))).toEqual({
      reason: 'rejected_file',
      message: 'The file is empty. Drop a file that Pinterest accepts. No board is named.',
      retryable: false,
    });
  });

  it.each([
    ['missing', 'source_missing'],
    ['changed', 'source_changed'],
  ] as const)('fails a drop whose object is %s', async (kind, reason) => {
    const { ports, executions } = await workingPorts();
    ports.source.head = failing(new SourceError(kind));
    await ingestDrop(drop, ports, attempt);
    expect(failureIn(executions.get('clip-1'))?.reason).toBe(reason);
  });

  it('waits as long as Retry-After says before registering again', async () => {
    const { ports, executions } = await workingPorts();
    ports.pinterest.mediaCreate = failing(
      new PinterestError('', { operation: 'media_create', status: 429, retryAfterSeconds: 7200 }),
    );
    const outcome = await ingestDrop(drop, ports, attempt);
    expect(outcome).toMatchObject({ outcome: 'retry', blame: 'pinterest-for-now' });
    expect((outcome as { afterSeconds: number }).afterSeconds).toBeGreaterThanOrEqual(7200);
    expect(executions.size).toBe(0);
  });

  it('registers no media while the rate-limit gate is closed', async () => {
    const { ports, registrations } = await workingPorts();
    await ports.gate.close(600);
    const outcome = await ingestDrop(drop, ports, attempt);
    expect(outcome).toMatchObject({ outcome: 'retry', blame: 'pinterest-for-now' });
    expect((outcome as { afterSeconds: number }).afterSeconds).toBeGreaterThanOrEqual(600);
    expect(registrations()).toBe(0);
  });

  it('reads only the gate at a later attempt while the gate is closed', async () => {
    const { ports } = await workingPorts();
    await ports.gate.close(600);
    const asked: string[] = [];
    const { executions, source } = ports;
    ports.executions = { ...executions, exists: async (uploadId) => Boolean(asked.push(`exists ${uploadId}`)) };
    ports.source = { ...source, head: (of) => source.head(of).finally(() => asked.push('head')) };
    const outcome = await ingestDrop(drop, ports, { ...attempt, number: 3 });
    expect((outcome as { afterSeconds: number }).afterSeconds).toBeGreaterThanOrEqual(600);
    expect(asked).toEqual([]);
  });

  it('records the account of the upload, also when the file fails before its registration', async () => {
    const { ports, executions } = await workingPorts();
    ports.account = 'brand-a';
    await ingestDrop(drop, ports, attempt);
    expect(executions.get('clip-1')?.upload.account).toBe('brand-a');
    ports.inspect = async () => ({ verdict: 'rejected', rule: 'empty', rules: ['empty'], message: 'it is empty' });
    const outcome = await ingestDrop({ ...drop, uploadId: 'clip-2' }, ports, attempt);
    expect(outcome).toMatchObject({ outcome: 'failed', event: { account: 'brand-a' } });
  });

  it('waits for its account after a registration that was not requested because of a refused token', async () => {
    const { ports, registrations } = await workingPorts();
    ports.account = 'brand-a';
    ports.gate.state = async () => ({ closedForSeconds: 60, pause: { because: 'token', faults: 5 } });
    const outcome = await ingestDrop(drop, ports, attempt);
    expect(outcome).toMatchObject({
      outcome: 'retry',
      blame: 'token',
      because: expect.stringContaining('npm run pindrop -- auth --account brand-a'),
    });
    expect((outcome as { afterSeconds: number }).afterSeconds).toBeGreaterThanOrEqual(60);
    expect(registrations()).toBe(0);
  });

  it('gives up on a temporary fault after the give-up time', async () => {
    const { ports, executions } = await workingPorts();
    ports.pinterest.mediaCreate = failing(new PinterestError('', { operation: 'media_create', status: 503 }));
    await ingestDrop(drop, ports, { number: 9, retryPolicy: { giveUpAfterSeconds: 5, maxBackoffSeconds: 900 } });
    expect(failureIn(executions.get('clip-1'))).toMatchObject({ reason: 'gave_up', retryable: true });
  });

  it('puts the media id into the final event of a refused upload', async () => {
    const body = '<Error><Code>EntityTooLarge</Code><Message>too large</Message></Error>';
    const { ports, executions } = await workingPorts({ status: 400, body });
    await ingestDrop(drop, ports, attempt);
    const followed = executions.get('clip-1');
    expect(failureIn(followed)?.reason).toBe('upload_refused');
    expect(followed?.finalEvent?.detail).toMatchObject({
      mediaId: '1',
      timeline: { registeredAt: expect.any(String) },
    });
  });

  it('sends nothing to a host that is not Amazon S3', async () => {
    const { ports, executions, uploads } = await workingPorts();
    ports.apiUrl = 'https://api.pinterest.com/v5';
    await ingestDrop(drop, ports, attempt);
    expect(failureIn(executions.get('clip-1'))?.reason).toBe('upload_refused');
    expect(uploads).toHaveLength(0);
  });

  it('checks the media status before it repeats an upload that got no response', async () => {
    const outcomes: IngestOutcome[] = [];
    for (const status of ['registered', 'processing'] as const) {
      const { ports } = await workingPorts('reset');
      ports.pinterest.mediaGet = async (mediaId) => ({ mediaId, status });
      outcomes.push(await ingestDrop(drop, ports, attempt));
    }
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['retry', 'uploaded']);
  });

  it('retries until the give-up time when executions cannot be looked up', async () => {
    const { ports, executions, registrations } = await workingPorts();
    ports.executions.exists = failing(new Error('AccessDenied'));
    await expect(ingestDrop(drop, ports, attempt)).resolves.toMatchObject({ outcome: 'retry', blame: 'ours' });
    const late = { ...attempt, retryPolicy: { giveUpAfterSeconds: 5, maxBackoffSeconds: 900 } };
    await expect(ingestDrop(drop, ports, late)).resolves.toMatchObject({ outcome: 'failed' });
    expect(failureIn(executions.get('clip-1'))).toMatchObject({ reason: 'gave_up', retryable: true });
    expect(registrations()).toBe(0);
  });

  it('registers and uploads only once, however long the execution cannot be started', async () => {
    const { ports, executions, uploads, registrations } = await workingPorts();
    const { start } = ports.executions;
    ports.executions.start = failing(new Error('ExecutionLimitExceeded'));
    let unstarted: FollowedUpload | undefined;
    for (let number = 0; number < 5; number++) {
      const outcome = await ingestDrop(drop, ports, { ...attempt, number, unstarted });
      expect(outcome).toMatchObject({ outcome: 'retry', blame: 'ours', cause: { message: 'ExecutionLimitExceeded' } });
      unstarted = (outcome as { unstarted?: FollowedUpload }).unstarted;
    }
    ports.executions.start = start;
    const outcome = await ingestDrop(drop, ports, { ...attempt, number: 5, unstarted });
    expect(outcome).toMatchObject({ outcome: 'uploaded', mediaId: '1' });
    expect([uploads.length, registrations(), executions.size]).toEqual([1, 1, 1]);
  });

  it('keeps a failure while its execution cannot be started, and does not check the object again', async () => {
    const { ports, executions } = await workingPorts();
    const { start } = ports.executions;
    ports.executions.start = failing(new Error('ExecutionLimitExceeded'));
    ports.source.head = failing(new SourceError('missing'));
    const first = await ingestDrop(drop, ports, attempt);
    ports.executions.start = start;
    ports.source.head = failing(new Error('It is not looked at again.'));
    const { unstarted } = first as { unstarted?: FollowedUpload };
    const second = await ingestDrop(drop, ports, { ...attempt, number: 1, unstarted });
    expect(second).toMatchObject({ outcome: 'failed', failure: { reason: 'source_missing' } });
    expect(failureIn(executions.get('clip-1'))?.reason).toBe('source_missing');
  });

  it('reports progress and speed of an upload that ran out of time, and waits longer after each attempt', async () => {
    const { ports } = await workingPorts('never');
    ports.source.open = async () =>
      Readable.from(
        (async function* halfOfIt() {
          yield bytes.subarray(0, 20_000);
          await new Promise(() => {});
        })(),
      );
    ports.pinterest.mediaGet = failing(new Error('It is not asked: the file cannot have arrived.'));
    for (const hours of [1, 4]) {
      ports.now = () => new Date(Date.parse(drop.droppedAt) + hours * 3_600_000);
      const time = new AbortController();
      const onProgress = () => setImmediate(() => time.abort());
      const outcome = await ingestDrop(drop, ports, { ...attempt, signal: time.signal, onProgress });
      expect(outcome).toMatchObject({
        outcome: 'retry',
        because: expect.stringMatching(/^The upload did not finish in .+ min: 0\.02 of 0\.05 MB were sent, .+ MB\/s/),
      });
      expect((outcome as { afterSeconds: number }).afterSeconds).toBeGreaterThanOrEqual(hours * 3600);
    }
  });
});
