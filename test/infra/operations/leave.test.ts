import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FilesOnTheWay, filesOnTheWay } from '../../../infra/operations/files-on-the-way.ts';
import { mayLeave } from '../../../infra/operations/leave.ts';
import { startLocalPindrop } from '../../harness/local-pindrop.ts';
import { portsTo } from '../../harness/pindrop-command.ts';

const clip = readFileSync(new URL('../../fixtures/inspection/index-first.mp4', import.meta.url));

const files = (queued: number, followed = 0, deadLetters = 0, pins = 0): FilesOnTheWay => ({
  queued,
  followed,
  deadLetters,
  pins,
});

/** @param counts the result of each count of the files; the last one repeats */
async function leave(counts: FilesOnTheWay[], answer?: string, force = false) {
  const said: string[] = [];
  let looks = 0;
  const allowed = await mayLeave(
    {
      count: async () => counts[Math.min(looks++, counts.length - 1)] ?? files(0),
      say: (line) => void said.push(line),
      ask: answer === undefined ? undefined : async () => answer,
      pause: async () => {},
    },
    force,
  );
  return { allowed, said, looks };
}

describe('mayLeave', () => {
  it('allows the deletion without a question when no file is on its way', async () => {
    expect(await leave([files(0)])).toEqual({ allowed: true, said: [], looks: 1 });
  });

  it('says how many files are on their way and what happens to them, and refuses without a terminal', async () => {
    const { allowed, said } = await leave([files(2, 1, 1)]);
    expect(allowed).toBe(false);
    expect(said).toEqual([
      '4 files are on the way (2 in the queue, 1 with Pinterest, 1 in the dead-letter queue). If you delete the stack now, files on the way get no final event; all files stay in the bucket.',
      'Wait until they have ended, or add --force to delete the stack now.',
    ]);
  });

  it('also says how many Pins wait, and waits for them', async () => {
    const { allowed, said } = await leave([files(0, 0, 0, 2), files(0, 0, 0, 1), files(0)], 'w');
    expect(allowed).toBe(true);
    expect(said).toEqual([
      '0 files are on the way (0 in the queue, 0 with Pinterest) and 2 Pins wait. If you delete the stack now, files on the way get no final event; all files stay in the bucket. Waiting Pins are not published; pindrop list shows them.',
      '0 files are on the way (0 in the queue, 0 with Pinterest) and 1 Pin waits.',
      '0 files are on the way (0 in the queue, 0 with Pinterest).',
    ]);
  });

  it('allows the deletion with --force, but still prints the warning', async () => {
    const { allowed, said } = await leave([files(1)], undefined, true);
    expect([allowed, said.length]).toEqual([true, 1]);
    expect(said[0]).toMatch(/^1 file is on the way/);
  });

  it.each([
    ['d', true],
    ['', false],
    ['c', false],
  ])('asks the user, who answers %j', async (answer, allowed) => {
    expect(await leave([files(1)], answer)).toMatchObject({ allowed });
  });

  it('waits until all files have ended, and prints the numbers when they change', async () => {
    const { allowed, said, looks } = await leave([files(1, 1), files(1, 1), files(0, 1), files(0)], 'w');
    expect([allowed, looks]).toEqual([true, 4]);
    expect(said.slice(1)).toEqual([
      '1 file is on the way (0 in the queue, 1 with Pinterest).',
      '0 files are on the way (0 in the queue, 0 with Pinterest).',
    ]);
  });
});

describe('filesOnTheWay', () => {
  it('counts files in the queue and files that are followed', async () => {
    const pindrop = await startLocalPindrop({ simulator: { processingSeconds: () => 3600 } });
    await pindrop.drop('followed.mp4', clip);
    await pindrop.until(() => pindrop.log().includes('following'));
    pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 }, times: 100 });
    await pindrop.drop('waiting.mp4', clip);
    await pindrop.until(() => pindrop.log().includes('to be tried again'));
    await expect.poll(() => filesOnTheWay(portsTo(pindrop))).toEqual(files(1, 1));
  });
});
