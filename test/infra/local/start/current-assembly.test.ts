import { appendFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hashOfSources, makeCurrent } from '../../../../infra/local/start/current-assembly.ts';

it('synthesizes again only when the settings, or what an earlier start left, are different', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-assembly-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const template = () => readFile(join(directory, 'Pindrop.template.json'), 'utf8');

  expect(await makeCurrent(directory, { maxConcurrency: 7 })).toBe(true);
  const first = await template();
  expect(await makeCurrent(directory, { maxConcurrency: 7 })).toBe(false);
  expect(await template()).toBe(first);

  expect(await makeCurrent(directory, { maxConcurrency: 8 })).toBe(true);
  expect(await template()).not.toBe(first);

  await expect(makeCurrent(directory, { maxConcurrency: 1 })).rejects.toThrow('maxConcurrency');
  // The failed synthesis may have changed the directory.
  expect(await makeCurrent(directory, { maxConcurrency: 8 })).toBe(true);
});

it('the hash changes with each source, its name, an installed package and the context', async () => {
  const project = await mkdtemp(join(tmpdir(), 'pindrop-sources-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  for (const folder of ['infra', 'functions/poll', 'shared', 'node_modules']) {
    await mkdir(join(project, folder), { recursive: true });
  }
  const files = ['functions/poll/handler.ts', 'package.json', 'tsconfig.json', 'node_modules/.package-lock.json'];
  for (const file of files) await writeFile(join(project, file), file);

  const seen = new Set<string>();
  const isNew = async (context: Record<string, unknown> = {}) => {
    const { size } = seen;
    return seen.add(await hashOfSources(project, context)).size > size;
  };
  expect(await isNew()).toBe(true);
  expect(await isNew()).toBe(false);
  expect(await isNew({ prefix: 'a/' })).toBe(true);
  for (const file of files) {
    await appendFile(join(project, file), ' changed');
    expect(await isNew()).toBe(true);
  }
  await rename(join(project, 'functions/poll/handler.ts'), join(project, 'functions/poll/poll.ts'));
  expect(await isNew()).toBe(true);
  expect(await isNew()).toBe(false);
});
