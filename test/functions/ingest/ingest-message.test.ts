import { Console } from 'node:console';
import { Readable, Writable } from 'node:stream';
import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, it } from 'vitest';
import { ingestMessage, type MessagePorts } from '../../../functions/ingest/ingest-message.ts';
import { Measurements } from '../../../functions/measurements.ts';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';
import { METRIC } from '../../../shared/upload/metrics.ts';
import { dropsOf } from '../../../shared/upload/notification.ts';
import { unstartedUpload } from '../../../shared/upload/unstarted-upload.ts';
import { loopbackServer, received } from '../../harness/loopback-server.ts';

const DROPPED_AT = '2026-03-01T09:00:00.000Z';
const HOUR_MS = 3_600_000;
const GIVE_UP_AFTER_SECONDS = 24 * 3600;

const recordOf = (key: string) => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  eventTime: DROPPED_AT,
  s3: { bucket: { name: 'videos' }, object: { key, size: 4, eTag: 'e', versionId: `v-${key}` } },
});
const bodyOf = (...keys: string[]) => JSON.stringify({ Records: keys.map(recordOf) });

/** A logger that keeps its lines for the test. */
function keptLog() {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const logger = new Logger({ logLevel: 'INFO', serviceName: 'ingest' });
  const kept = new Console(stream, stream);
  const withConsole = (it: Logger): Logger => {
    Object.assign(it, { console: kept });
    const { createChild } = it;
    it.createChild = (options) => withConsole(createChild.call(it, options));
    return it;
  };
  return { lines, logger: withConsole(logger) };
}

async function stage() {
  const executions = new Map<string, FollowedUpload>();
  const sentAgain: { body: string; afterSeconds: number }[] = [];
  const deadLetters: string[] = [];
  const uploads: Buffer[] = [];
  let clock = Date.parse(DROPPED_AT) + 1000;
  const url = await loopbackServer(async (request, response) => {
    uploads.push((await received(request)).body);
    response.writeHead(204).end();
  });
  const ports: MessagePorts = {
    recentFiles: async () => [],
    apiUrl: `${url}/v5`,
    source: {
      head: async ({ bucket, key, eTag, size }) => ({ bucket, key, eTag, size, metadata: {} }),
      read: async () => Buffer.alloc(4),
      open: async () => Readable.from([Buffer.alloc(4)]),
      readSidecar: async () => undefined,
    },
    portsOfKey: () => ({
      pinterest: {
        mediaCreate: async () => ({ mediaId: '1', uploadUrl: `${url}/upload/`, uploadParameters: { key: 'k' } }),
        mediaGet: async (mediaId) => ({ mediaId, status: 'registered' }),
      },
      gate: { state: async () => ({ closedForSeconds: 0 }), close: async () => {}, open: async () => {} },
    }),
    executions: {
      exists: async (uploadId) => executions.has(uploadId),
      existsForObject: async () => false,
      start: async (followed) => {
        executions.set(followed.upload.uploadId, followed);
        return true;
      },
    },
    inspect: async () => ({ verdict: 'accepted' }),
    now: () => new Date(clock),
    filter: { bucket: 'videos', prefixes: [''], suffixes: [] },
    queues: {
      sendAgain: async (body, afterSeconds) => void sentAgain.push({ body, afterSeconds }),
      sendDeadLetter: async (body) => void deadLetters.push(body),
    },
  };
  const { lines, logger } = keptLog();
  const measured: [string, number | undefined][] = [];
  const measurements = new Measurements('Pindrop');
  Object.assign(measurements, { measure: (name: string, value?: number) => measured.push([name, value]) });
  const receive = (body: string, number = 0) =>
    ingestMessage(
      { messageId: 'm1', body, sentAt: new Date(DROPPED_AT) },
      ports,
      { number, retryPolicy: { giveUpAfterSeconds: GIVE_UP_AFTER_SECONDS, maxBackoffSeconds: 900 } },
      { logger, measurements },
    );
  const setAge = (hours: number) => {
    clock = Date.parse(DROPPED_AT) + hours * HOUR_MS;
  };
  return { ports, executions, sentAgain, deadLetters, uploads, lines, measured, receive, setAge };
}

const refused = async () => {
  throw Object.assign(new Error('is not authorized to perform: states:DescribeExecution'), {
    name: 'AccessDeniedException',
  });
};

describe('ingestMessage', () => {
  it('logs the fault, emits metrics and finally gives up when executions cannot be looked up', async () => {
    const { ports, receive, setAge, lines, measured, executions } = await stage();
    ports.executions.exists = refused;
    setAge(2);
    expect(await receive(bodyOf('clip.mp4'), 7)).toBeGreaterThan(0);
    const [{ uploadId } = { uploadId: '' }] = dropsOf(bodyOf('clip.mp4'));
    expect(lines.find(({ message }) => message === 'to be tried again')).toMatchObject({
      uploadId,
      because: expect.stringContaining('log'),
      error: { message: expect.stringContaining('DescribeExecution') },
    });
    expect(measured).toContainEqual([METRIC.ownFaults, undefined]);
    expect(measured.map(([name]) => name)).toContain(METRIC.secondsWaiting);
    setAge(25);
    expect(await receive(bodyOf('clip.mp4'), 50)).toBeUndefined();
    expect(executions.get(uploadId)?.finalEvent?.detail).toMatchObject({ failure: { reason: 'gave_up' } });
  });

  it('records the upload in a new message when only its execution cannot be started', async () => {
    const { ports, receive, sentAgain, uploads, executions } = await stage();
    const { start } = ports.executions;
    ports.executions.start = refused;
    expect(await receive(bodyOf('clip.mp4'))).toBeUndefined();
    const [{ body, afterSeconds } = { body: '', afterSeconds: 0 }] = sentAgain;
    expect(afterSeconds).toBeGreaterThan(0);
    const [drop] = dropsOf(body);
    expect(drop).toEqual(dropsOf(bodyOf('clip.mp4'))[0]);
    // While the execution still cannot be started, the new message is delayed again and again; no second new message is
    // sent.
    for (let number = 0; number < 4; number++) expect(await receive(body, number)).toBeGreaterThan(0);
    expect(sentAgain).toHaveLength(1);
    ports.executions.start = start;
    expect(await receive(body, 4)).toBeUndefined();
    expect(uploads).toHaveLength(1);
    expect([...executions.values()]).toMatchObject([{ upload: { uploadId: drop?.uploadId, mediaId: '1' } }]);
  });

  it('ignores what the filter excludes: it logs and counts it once, and starts nothing', async () => {
    const { ports, receive, lines, measured, executions } = await stage();
    ports.filter = { bucket: 'videos', prefixes: ['a/'], suffixes: ['.mp4'] };
    ports.executions.exists = () => Promise.reject(new Error('Nothing is to be looked up.'));
    expect(await receive(bodyOf('a/clip.txt', 'b/clip.mp4'))).toBeUndefined();
    expect(await receive(bodyOf('a/clip.txt', 'b/clip.mp4'), 1)).toBeUndefined();
    expect(lines.filter(({ message }) => message === 'ignored')).toMatchObject([
      { level: 'INFO', bucket: 'videos', key: 'a/clip.txt', because: 'The key does not end in .mp4.' },
      { level: 'INFO', bucket: 'videos', key: 'b/clip.mp4', because: 'The key does not start with a/.' },
    ]);
    expect(measured).toEqual([
      [METRIC.ignored, undefined],
      [METRIC.ignored, undefined],
    ]);
    expect(executions.size).toBe(0);
  });

  it('uploads the video beside an ignored object of the same message', async () => {
    const { ports, receive, executions, measured } = await stage();
    ports.filter = { bucket: 'videos', prefixes: [''], suffixes: ['.mp4'] };
    expect(await receive(bodyOf('clip.txt', 'CLIP.MP4'))).toBeUndefined();
    expect([...executions.values()].map(({ upload }) => upload.object.key)).toEqual(['CLIP.MP4']);
    expect(measured.filter(([name]) => name === METRIC.dropped)).toHaveLength(1);
  });

  it('logs a companion of a video, and does not count it', async () => {
    const { receive, lines, measured, executions } = await stage();
    expect(await receive(bodyOf('clip.mp4.json'))).toBeUndefined();
    expect(lines).toMatchObject([{ message: 'ignored', key: 'clip.mp4.json' }]);
    expect([measured, executions.size]).toEqual([[], 0]);
  });

  it('delays the original message when no new message can be sent', async () => {
    const { ports, receive } = await stage();
    ports.executions.start = refused;
    ports.queues.sendAgain = refused;
    expect(await receive(bodyOf('clip.mp4'))).toBeGreaterThan(0);
  });

  it('records each upload in a separate message when one message has several drops', async () => {
    const { ports, receive, sentAgain } = await stage();
    ports.executions.start = refused;
    await receive(bodyOf('one.mp4', 'two.mp4'));
    const remembered = sentAgain.map(({ body }) =>
      dropsOf(body).map((drop) => [drop.key, unstartedUpload(body, drop)]),
    );
    expect(remembered).toMatchObject([
      [['one.mp4', { upload: { object: { key: 'one.mp4' } } }]],
      [['two.mp4', { upload: { object: { key: 'two.mp4' } } }]],
    ]);
  });

  it.each(['not json', '{"some":"json"}'])('logs and measures a message that it cannot parse: %s', async (body) => {
    const { receive, lines, measured, deadLetters, setAge } = await stage();
    expect(await receive(body)).toBeGreaterThan(0);
    expect(lines).toMatchObject([
      { message: 'notification unreadable', messageId: 'm1', reasons: [expect.any(String)] },
    ]);
    expect(measured).toEqual([
      [METRIC.ownFaults, undefined],
      [METRIC.unreadable, 1],
    ]);
    setAge(25);
    expect(await receive(body, 50)).toBeUndefined();
    expect(deadLetters).toEqual([body]);
  });

  it('after the give-up time, sends a copy to the dead-letter queue before an attempt that may crash', async () => {
    const { ports, receive, deadLetters, setAge, executions } = await stage();
    let copies: number | undefined;
    ports.inspect = async () => {
      copies = deadLetters.length;
      return { verdict: 'accepted' };
    };
    setAge(25);
    expect(await receive(bodyOf('clip.mp4'), 50)).toBeUndefined();
    expect(copies).toBe(1);
    // This attempt did not crash: it started the execution, so the copy in the queue changes nothing.
    expect(executions.size).toBe(1);
  });

  it('sends no copy when the first attempt is already after the give-up time', async () => {
    const { receive, deadLetters, setAge } = await stage();
    setAge(25);
    await receive(bodyOf('clip.mp4'), 0);
    expect(deadLetters).toEqual([]);
  });

  it('logs each drop of a message with its own upload id', async () => {
    const { receive, lines } = await stage();
    const body = bodyOf('one.mp4', 'two.mp4', 'three.mp4');
    await receive(body);
    const ids = dropsOf(body).map(({ uploadId }) => uploadId);
    expect(lines.filter(({ message }) => message === 'drop received').map(({ uploadId }) => uploadId)).toEqual(ids);
    expect(lines.every(({ uploadId }) => ids.includes(String(uploadId)))).toBe(true);
  });
});
