import { readFileSync } from 'node:fs';
import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { type LocalPindrop, startLocalPindrop } from '../harness/local-pindrop.ts';
import { pindropLocal } from '../harness/pindrop-command.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const NOT_A_VIDEO = Buffer.from('This is text.');

async function tagsOf({ s3, bucket }: LocalPindrop, Key: string, VersionId: string) {
  const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key, VersionId }));
  return Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value]));
}

/** Waits until the execution of an upload ended: the tags are written after the final event. */
const ended = (pindrop: LocalPindrop, uploadId: string) =>
  pindrop.until(() =>
    pindrop.observations.some((each) => each.kind === 'execution-ended' && each.executionName === uploadId),
  );

it('tags finished objects after their events, keeps the tags of the user, and survives what cannot be tagged', async () => {
  const pindrop = await startLocalPindrop({
    settings: { tagObjects: true, expireSucceededAfterDays: 30 },
    // No waits between the retries of a tagging.
    change: (template) => template.replaceAll('\\"IntervalSeconds\\":2', '\\"IntervalSeconds\\":0'),
  });
  const { s3, bucket, drop, finalEventOf } = pindrop;
  const Tagging = 'brand=a&note=spring+sale';
  const put = new PutObjectCommand({ Bucket: bucket, Key: 'spring.mp4', Body: clip, Tagging });
  const spring = (await s3.send(put)).VersionId ?? '';
  const text = await drop('text.mp4', NOT_A_VIDEO);
  const event = await finalEventOf(spring);
  const failed = await finalEventOf(text);
  await ended(pindrop, event.uploadId);
  await ended(pindrop, failed.uploadId);
  expect(event.status).toBe('succeeded');
  expect(await tagsOf(pindrop, 'spring.mp4', spring)).toEqual({
    brand: 'a',
    note: 'spring sale',
    pindrop: 'succeeded',
    'pindrop-media-id': event.mediaId,
  });
  expect(await tagsOf(pindrop, 'text.mp4', text)).toEqual({ pindrop: 'failed' });

  // Ten tags of the user leave no room for ours.
  const full = Array.from({ length: 10 }, (_, at) => ({ Key: `tag-${at}`, Value: `${at}` }));
  const crowded = (
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'crowded.mp4',
        Body: NOT_A_VIDEO,
        Tagging: new URLSearchParams(full.map(({ Key, Value }): [string, string] => [Key, Value])).toString(),
      }),
    )
  ).VersionId;
  // Deleted while Pinterest processes the file.
  const gone = await drop('gone.mp4', clip);
  const entered = (name: string) =>
    pindrop.observations.flatMap((each) =>
      each.kind === 'state-entered' && each.state === name ? [each.executionName] : [],
    );
  await pindrop.until(() => entered('Wait for Pinterest').some((name) => name.startsWith('gone-mp4')));
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone.mp4', VersionId: gone }));
  const uploads = await Promise.all([finalEventOf(crowded ?? ''), finalEventOf(gone)]);
  for (const { uploadId } of uploads) await ended(pindrop, uploadId);
  expect(await tagsOf(pindrop, 'crowded.mp4', crowded ?? '')).toEqual(
    Object.fromEntries(full.map(({ Key, Value }) => [Key, Value])),
  );
  expect(entered('Not tagged').sort()).toEqual(uploads.map(({ uploadId }) => uploadId).sort());
  expect(pindrop.events()).toHaveLength(4);
});

it('tags a version again after a retry', async () => {
  const pindrop = await startLocalPindrop({ settings: { tagObjects: true } });
  const { s3, bucket, drop, finalEventOf } = pindrop;
  const versionId = await drop('text.mp4', NOT_A_VIDEO);
  await ended(pindrop, (await finalEventOf(versionId)).uploadId);
  const own = { Key: 'brand', Value: 'a' };
  const TagSet = [own, { Key: 'pindrop', Value: 'succeeded' }, { Key: 'pindrop-media-id', Value: '1' }];
  await s3.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: 'text.mp4', Tagging: { TagSet } }));
  await pindropLocal(pindrop)('retry', `s3://${bucket}/text.mp4`);
  await pindrop.until(() => pindrop.observations.filter(({ kind }) => kind === 'execution-ended').length === 2);
  expect(await tagsOf(pindrop, 'text.mp4', versionId)).toEqual({ brand: 'a', pindrop: 'failed' });
});
