import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStateDatabase } from '../../../../infra/local/aws/state-database.ts';
import { ExecutionTable } from '../../../../infra/local/aws/step-functions/execution-table.ts';
import { LocalStateMachine } from '../../../../infra/local/aws/step-functions/state-machine.ts';
import type { KnownFailure } from '../../../../shared/events/events.ts';
import { mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { type FollowedUpload, finalEvent } from '../../../../shared/upload/execution.ts';
import { machineDefinition, synthesized } from '../synthesized.ts';

const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:M';
const now = new Date('2026-03-01T09:01:00.000Z');
const { object, timeline } = mediaUploadSucceededExample;

interface Tag {
  Key: string;
  Value: string;
}

interface Call {
  Bucket: string;
  Key: string;
  VersionId?: string;
  Tagging?: { TagSet: Tag[] };
}

/** The machine with the setting `tagObjects`, without waits between retries. */
const template = synthesized({ tagObjects: true });

function definition() {
  const states = machineDefinition(template) as {
    States: Record<string, { Retry?: { IntervalSeconds: number }[] }>;
  };
  for (const { Retry = [] } of Object.values(states.States)) for (const retry of Retry) retry.IntervalSeconds = 0;
  return states;
}

const succeeded = (upload: Partial<FollowedUpload['upload']> = {}): FollowedUpload => {
  const whole = { uploadId: 'clip-1', mediaId: '5212', object, timeline, ...upload };
  const event = finalEvent(whole, 1, now, { status: 'succeeded' });
  return { upload: whole, polls: 1, waitSeconds: 5, finalEvent: event };
};

const failed = (reason: KnownFailure['reason'], mediaId?: string): FollowedUpload => {
  const upload = { uploadId: 'clip-1', mediaId, object, timeline };
  const failure = { reason, message: 'It failed.', retryable: false };
  return { upload, polls: 0, waitSeconds: 0, finalEvent: finalEvent(upload, 0, now, { status: 'failed', failure }) };
};

/** Runs an ended upload through the synthesized machine, with a bucket whose only object has these tags. */
async function run(
  input: FollowedUpload,
  { tags = [], fails = () => undefined }: { tags?: Tag[]; fails?: (call: string) => string | undefined } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-tags-'));
  const database = openStateDatabase(directory);
  const executions = new ExecutionTable(database);
  const calls: string[] = [];
  const versions: Call[] = [];
  let current = tags;
  const call = (name: string, version: Call) => {
    calls.push(name);
    versions.push(version);
    const error = fails(name);
    if (error !== undefined) throw Object.assign(new Error(error), { name: 'S3.S3Exception' });
  };
  const ended = Promise.withResolvers<void>();
  const machine = new LocalStateMachine({
    arn,
    definition: definition() as never,
    executions,
    functions: new Map(
      // The definition names the poll function by its logical id.
      [...JSON.stringify(definition()).matchAll(/"Resource":"(\w+)"/g)].map(([, name = '']) => [name, {} as never]),
    ),
    buses: {
      service: {},
      recover() {},
      put() {
        calls.push('event');
        return { EventId: '1' };
      },
    },
    objectTags: {
      getObjectTagging(version) {
        call('get', version);
        return { TagSet: current };
      },
      putObjectTagging(version) {
        call('put', version);
        current = version.Tagging.TagSet;
        return {};
      },
    },
    observe: ({ kind }) => kind === 'execution-ended' && ended.resolve(),
  });
  onTestFinished(() => {
    machine.stop();
    database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  machine.start('clip-1', JSON.stringify(input));
  await ended.promise;
  const { status, output } = executions.get(arn, 'clip-1') ?? {};
  const states = executions.statesOf(arn, 'clip-1').map(({ state }) => state);
  return { status, output: JSON.parse(output ?? 'null'), calls, versions, tags: current, last: states.at(-1) };
}

const ours = [
  { Key: 'pindrop', Value: 'succeeded' },
  { Key: 'pindrop-media-id', Value: '5212' },
];

describe('the tags of a finished object', () => {
  it.each<[string, Tag[]]>([
    ['no tags', []],
    ['one tag', [{ Key: 'brand', Value: 'a' }]],
    [
      'several tags, and one whose key begins like ours',
      [
        { Key: 'brand', Value: 'a' },
        { Key: 'pindrop-note', Value: "it's" },
        { Key: 'empty', Value: '' },
      ],
    ],
  ])('are added after the event, and the tags of the user stay: %s', async (_, tags) => {
    const input = succeeded();
    const result = await run(input, { tags });
    expect(result.calls).toEqual(['event', 'get', 'put']);
    expect(result.tags).toEqual([...tags, ...ours]);
    const { bucket: Bucket, key: Key, versionId: VersionId } = object;
    expect(VersionId).toBeDefined();
    for (const version of result.versions) expect(version).toMatchObject({ Bucket, Key, VersionId });
    expect(result).toMatchObject({ status: 'SUCCEEDED', last: 'Tagged', output: JSON.parse(JSON.stringify(input)) });
  });

  it('replace the tags of an earlier attempt', async () => {
    const earlier = [
      { Key: 'pindrop', Value: 'failed' },
      { Key: 'brand', Value: 'a' },
      { Key: 'pindrop-media-id', Value: '1' },
    ];
    expect((await run(succeeded(), { tags: earlier })).tags).toEqual([{ Key: 'brand', Value: 'a' }, ...ours]);
  });

  it('say that an upload failed, with the media id if a media was registered', async () => {
    const status = { Key: 'pindrop', Value: 'failed' };
    expect((await run(failed('rejected_file'))).tags).toEqual([status]);
    const mediaId = { Key: 'pindrop-media-id', Value: '77' };
    expect((await run(failed('processing_failed', '77'))).tags).toEqual([status, mediaId]);
  });

  it('are put on the version "null" of an object without version id', async () => {
    const { versionId: _, ...unversioned } = object;
    const result = await run(succeeded({ object: unversioned }));
    expect(result.versions.map(({ VersionId }) => VersionId)).toEqual(['null', 'null']);
    expect(result.tags).toEqual(ours);
  });

  it.each(['source_missing', 'source_changed'] as const)(
    'are not written when the object is gone: %s',
    async (reason) => {
      const input = failed(reason);
      const result = await run(input);
      expect(result.calls).toEqual(['event']);
      expect(result).toMatchObject({ status: 'SUCCEEDED', output: JSON.parse(JSON.stringify(input)) });
    },
  );

  it.each([
    ['get', 'The specified version does not exist.'],
    ['put', 'Object tags cannot be greater than 10'],
    ['put', 'Access Denied'],
  ])('never cost the event: %s fails with "%s"', async (failing, message) => {
    const input = succeeded();
    const result = await run(input, { fails: (name) => (name === failing ? message : undefined) });
    expect(result.calls.filter((name) => name === 'event')).toHaveLength(1);
    expect(result.calls.filter((name) => name === failing)).toHaveLength(6);
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      last: 'Not tagged',
      output: JSON.parse(JSON.stringify(input)),
    });
  });

  it('are written after a fault that passes', async () => {
    let faults = 0;
    const result = await run(succeeded(), {
      fails: (name) => (name === 'put' && ++faults < 4 ? 'Slow down.' : undefined),
    });
    expect(result).toMatchObject({ last: 'Tagged', tags: ours });
  });
});
