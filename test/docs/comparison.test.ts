import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { InjectedFault } from '../../infra/local/pinterest/faults.ts';
import { type PinterestSimulator, startPinterestSimulator } from '../../infra/local/pinterest/simulator.ts';
import { type LocalPindrop, startLocalPindrop } from '../harness/local-pindrop.ts';
import { PROJECT, page } from './markdown.ts';
import { type Outcome, shell } from './shell.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const comparison = page('docs/comparison.md');

/** Writes the page's script into a new project. @returns the project's directory */
async function scriptOfThePage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-by-hand-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [block] = comparison.blocks.filter(({ language }) => language === 'ts');
  writeFileSync(join(directory, 'by-hand.ts'), block?.text ?? '');
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

interface Case {
  /** Beginning of the case's row on the page. */
  row: string;
  fault?: InjectedFault;
  /** The dropped bytes; the clip by default. */
  bytes?: Buffer;
  /** Expected error output of the script. */
  byHand: RegExp;
  /** Statuses of the media at Pinterest after the script has ended. */
  left: string[];
  /** Number of media that Pindrop registers. */
  registrations: number;
  /** Final status of Pindrop's upload, or its failure reason. */
  pindrop: 'succeeded' | 'rejected_file';
}

const CASES: Case[] = [
  {
    row: 'Pinterest answers 429',
    fault: { operation: 'media_create', fault: { kind: 'status', status: 429, code: 8, retryAfterSeconds: 1 } },
    byHand: /Pinterest answered 429 to the registration/,
    left: [],
    registrations: 1,
    pindrop: 'succeeded',
  },
  {
    row: 'a gateway answers 502 with a page of HTML',
    fault: { operation: 'media_get', fault: { kind: 'html', status: 502 } },
    byHand: /SyntaxError/,
    left: ['succeeded'],
    registrations: 1,
    pindrop: 'succeeded',
  },
  {
    row: 'the upload is stored and its answer lost',
    fault: { operation: 'upload', fault: { kind: 'stored-not-answered' } },
    byHand: /fetch failed/,
    left: ['succeeded'],
    registrations: 1,
    pindrop: 'succeeded',
  },
  {
    row: 'the connection breaks during the upload',
    fault: { operation: 'upload', fault: { kind: 'reset', afterBytes: 100_000 } },
    byHand: /fetch failed/,
    left: ['registered'],
    registrations: 2,
    pindrop: 'succeeded',
  },
  {
    row: 'the file is not a video',
    bytes: Buffer.from('These are only some words.'),
    byHand: /Pinterest could not process/,
    left: ['failed'],
    registrations: 0,
    pindrop: 'rejected_file',
  },
];

/** Runs the script for an object in Pindrop's bucket, against a separate Pinterest simulator. */
async function byHand(directory: string, key: string, { stack, bucket }: LocalPindrop, simulator: PinterestSimulator) {
  const run = shell(`node by-hand.ts ${bucket} '${key}'`, {
    directory,
    environment: {
      AWS_ENDPOINT_URL: stack.endpoint,
      AWS_REGION: stack.region,
      AWS_ACCESS_KEY_ID: stack.accessKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stack.accessKey.secretAccessKey,
      PINTEREST_API_URL: simulator.url,
      PINTEREST_ACCESS_TOKEN: simulator.accessToken,
    },
  });
  try {
    return await run.outcome;
  } finally {
    await run.end();
  }
}

async function simulatorOfItsOwn(fault?: InjectedFault): Promise<PinterestSimulator> {
  const simulator = await startPinterestSimulator({ processingSeconds: () => 0 });
  onTestFinished(() => simulator.close());
  if (fault) simulator.inject(fault);
  return simulator;
}

const statuses = (simulator: PinterestSimulator) => simulator.media().map(({ status }) => status);

describe('the comparison of the script and Pindrop', () => {
  it('has a row on the page for each fault that this test simulates', () => {
    const rows = comparison.tables[0]?.rows.map(([what]) => what ?? '') ?? [];
    const told = [...CASES.map(({ row }) => row), 'the access token has expired', 'it is started twice'];
    expect(rows.map((what) => told.find((beginning) => what.startsWith(beginning)))).toEqual(told);
  });

  it('is true: both upload a video, and each fault makes the script fail but not Pindrop', async () => {
    const [directory, pindrop] = await Promise.all([scriptOfThePage(), startLocalPindrop()]);
    for (const { row, fault, bytes = clip, byHand: ends, left, registrations, pindrop: end } of CASES) {
      if (fault) pindrop.simulator.inject(fault);
      const before = pindrop.simulator.media().length;
      const version = await pindrop.drop(`${row}.mp4`, bytes);
      const simulator = await simulatorOfItsOwn(fault);
      const [outcome, event] = await Promise.all([
        byHand(directory, `${row}.mp4`, pindrop, simulator),
        pindrop.finalEventOf(version),
      ]);
      expect(outcome.code, row).toBe(1);
      expect(outcome.stderr, row).toMatch(ends);
      expect(statuses(simulator), row).toEqual(left);
      expect(event.status === 'failed' ? event.failure.reason : event.status, row).toBe(end);
      expect(pindrop.simulator.media().length - before, row).toBe(registrations);
    }

    const tokenEnded = await simulatorOfItsOwn();
    const key = `${CASES[0]?.row}.mp4`;
    const refused = byHand(directory, key, pindrop, { ...tokenEnded, accessToken: 'pina_of_last_month' });
    const twice = await simulatorOfItsOwn();
    const both = await Promise.all([byHand(directory, key, pindrop, twice), byHand(directory, key, pindrop, twice)]);
    expect((await refused).stderr).toContain('Pinterest answered 401 to the registration');
    expect(both.map(({ code }: Outcome) => code)).toEqual([0, 0]);
    expect(statuses(twice)).toEqual(['succeeded', 'succeeded']);
    expect(both.map(({ stdout }) => stdout.trim()).sort()).toEqual(
      twice
        .media()
        .map(({ mediaId }) => mediaId)
        .sort(),
    );
  });
});
