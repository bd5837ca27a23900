import { describe, expect, it } from 'vitest';
import { attemptMessage } from '../../../../infra/operations/attempts.ts';
import type { CurrentVersion } from '../../../../infra/operations/backfill/current-versions.ts';
import { KnownUploads } from '../../../../infra/operations/backfill/known-uploads.ts';
import { type ListedExecution, listing } from '../../../harness/listed-executions.ts';

const PUT_AT = 1_000_000;
const versioned: CurrentVersion = {
  bucket: 'videos',
  key: 'a/clip.mp4',
  versionId: 'v1',
  eTag: 'abc',
  size: 7,
  lastModified: new Date(PUT_AT * 1000),
  archived: false,
};
const unversioned: CurrentVersion = { ...versioned, versionId: undefined };

const idOf = (version: CurrentVersion) => attemptMessage(version, undefined, new Date())?.uploadId ?? '';

/** An execution under another upload id than the one of the object. */
const alike = (object: Partial<CurrentVersion>, startedAt: number, number = 0): ListedExecution => ({
  name: `clip-mp4-${String(number).padStart(32, '0')}`,
  startedAt,
  status: 'SUCCEEDED',
  data: JSON.stringify({ upload: { object: { ...unversioned, ...object } } }),
});
const named = (name: string, startedAt = PUT_AT + 1): ListedExecution => ({
  name,
  startedAt,
  status: 'SUCCEEDED',
  data: '{}',
});

describe('KnownUploads', () => {
  it('knows the executions of many pages by one listing, and describes none for objects with version ids', async () => {
    const others = Array.from({ length: 2500 }, (_, index) => named(`other-${index}`, PUT_AT + 5000 - index));
    const { ports, asked } = listing(() => [...others, named(idOf(versioned))]);
    const known = await KnownUploads.list(ports);
    expect(await known.has(versioned)).toBe(true);
    expect(await known.has({ ...versioned, versionId: 'v2' })).toBe(false);
    expect(asked.lists).toBe(3);
    expect(asked.described).toEqual([]);
  });

  it('stops listing at the executions that started before a time', async () => {
    const executions = Array.from({ length: 5000 }, (_, index) => named(`e-${index}`, PUT_AT - index));
    const { ports, asked } = listing(() => executions);
    await KnownUploads.list(ports, new Date((PUT_AT - 1500) * 1000));
    expect(asked.lists).toBe(2);
  });

  it('knows an object without version id by its execution', async () => {
    const { ports, asked } = listing(() => [named(idOf(unversioned))]);
    const known = await KnownUploads.list(ports);
    expect(await known.has(unversioned)).toBe(true);
    expect(asked.described).toEqual([]);
    expect(await known.has({ ...unversioned, eTag: 'other' })).toBe(false);
  });

  it.each<[string, ListedExecution, boolean]>([
    ['of the same object', alike({}, PUT_AT + 1), true],
    ['of the same bytes, put earlier', alike({}, PUT_AT - 1), false],
    ['of other bytes', alike({ eTag: 'other' }, PUT_AT + 1), false],
    ['of another key with the same file name', alike({ key: 'b/clip.mp4' }, PUT_AT + 1), false],
    ['of another bucket', alike({ bucket: 'others' }, PUT_AT + 1), false],
  ])('describes the executions that are named like an object without version id: one %s', async (_, execution, has) => {
    const { ports } = listing(() => [execution, named('other-1')]);
    expect(await (await KnownUploads.list(ports)).has(unversioned)).toBe(has);
  });

  it('describes each execution once, also when many keys have the same file name', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `${index}/clip.mp4`);
    const { ports, asked } = listing(() => keys.map((key, index) => alike({ key }, PUT_AT + 1, index)));
    const known = await KnownUploads.list(ports);
    for (const key of keys) expect(await known.has({ ...unversioned, key })).toBe(true);
    expect(await known.has({ ...unversioned, key: 'new/clip.mp4' })).toBe(false);
    expect(asked.described).toHaveLength(20);
  });

  it('knows a version whose put event had no version id, as some emulators send it', async () => {
    const { ports } = listing(() => [named(idOf(unversioned))]);
    expect(await (await KnownUploads.list(ports)).has(versioned)).toBe(true);
  });
});
