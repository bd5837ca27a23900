import type { S3Client } from '@aws-sdk/client-s3';
import { NoSuchKey, S3ServiceException } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardKey, s3BoardTurns } from '../../../../functions/examples/publish-pin/board-turns.ts';
import type { EndedExecution } from '../../../../functions/examples/publish-pin/ended-execution.ts';

const START = Date.parse('2026-03-01T09:00:00Z');
const SPACING_MS = 600_000;
const at = (milliseconds: number) => new Date(START + milliseconds).toISOString();

/** One object with conditional writes. */
function oneObject() {
  let [body, version] = [undefined as string | undefined, 0];
  const raced = () =>
    new S3ServiceException({ name: 'PreconditionFailed', $fault: 'client', $metadata: { httpStatusCode: 412 } });
  const s3 = {
    async send({ input }: { input: { Body?: string; IfMatch?: string } }) {
      if (input.Body === undefined) {
        if (body === undefined) throw new NoSuchKey({ message: 'none', $metadata: {} });
        const read = body;
        return { Body: { transformToString: async () => read }, ETag: `"${version}"`, LastModified: new Date() };
      }
      if (input.IfMatch === undefined ? body !== undefined : input.IfMatch !== `"${version}"`) throw raced();
      body = input.Body;
      return { ETag: `"${++version}"` };
    },
  };
  return s3 as unknown as S3Client;
}

/** A board, the executions that publish on it, and a clock. */
function board() {
  let clock = START;
  const ends = new Map<string, EndedExecution>();
  const turns = s3BoardTurns(
    oneObject(),
    async (uploadId) => ends.get(uploadId),
    'lanes',
    () => clock,
  );
  return {
    ...turns,
    ends,
    now: () => clock - START,
    /** @param milliseconds since the start */
    moveTo(milliseconds: number) {
      clock = START + milliseconds;
    },
    ask: (uploadId: string, dueAt = at(0)) => turns.ask('board', { uploadId, dueAt }, SPACING_MS),
    /** Takes the turn, publishes the Pin, and ends the execution. */
    async publish(uploadId: string, dueAt = at(0)) {
      const turn = await turns.ask('board', { uploadId, dueAt }, SPACING_MS);
      if (!('take' in turn) || !(await turn.take())) return false;
      ends.set(uploadId, { pinId: uploadId, pinnedBy: new Date(clock).toISOString() });
      return true;
    },
  };
}

describe("a board's turns", () => {
  it('let one of many uploads through, and the next one after the spacing', async () => {
    const { ask, publish, moveTo } = board();
    expect(await publish('a')).toBe(true);
    expect(await ask('b')).toEqual({ askAt: START + SPACING_MS, held: false });
    moveTo(SPACING_MS - 1);
    expect(await publish('b')).toBe(false);
    moveTo(SPACING_MS);
    expect(await publish('b')).toBe(true);
  });

  it('count from the time at which the Pin was made, which may be long after its turn', async () => {
    const { ask, ends, moveTo } = board();
    const turn = await ask('a');
    if ('take' in turn) await turn.take();
    moveTo(2 * SPACING_MS);
    expect(await ask('b')).toMatchObject({ held: true });
    ends.set('a', { pinId: '1', pinnedBy: at(2 * SPACING_MS) });
    expect(await ask('b')).toEqual({ askAt: START + 3 * SPACING_MS, held: false });
  });

  it('give the same upload its turn again', async () => {
    const { ask } = board();
    for (let invocation = 0; invocation < 3; invocation++) {
      const turn = await ask('a');
      expect('take' in turn && (await turn.take())).toBe(true);
    }
  });

  it('let only one of two uploads take the turn that both have seen', async () => {
    const { ask } = board();
    const [one, other] = [await ask('a'), await ask('b')];
    expect('take' in one && (await one.take())).toBe(true);
    expect('take' in other && (await other.take())).toBe(false);
  });

  it('do not wait after an upload that made no Pin', async () => {
    const { ask, ends, publish } = board();
    const turn = await ask('a');
    if ('take' in turn) await turn.take();
    ends.set('a', {});
    expect(await publish('b')).toBe(true);
  });

  it('go in the order of the due times', async () => {
    const { ask, publish, moveTo } = board();
    await publish('a');
    moveTo(1000);
    await ask('late', at(900));
    expect(await ask('early', at(100))).toEqual({ askAt: START + SPACING_MS, held: false });
    moveTo(SPACING_MS);
    expect(await ask('late', at(900))).toMatchObject({ askAt: START + 2 * SPACING_MS });
    expect(await publish('early', at(100))).toBe(true);
  });

  it('pass over an upload that no longer asks', async () => {
    const { ask, publish, moveTo } = board();
    await publish('a');
    await ask('gone', at(0));
    moveTo(SPACING_MS);
    expect(await publish('b', at(1))).toBe(false);
    moveTo(SPACING_MS + 60_000);
    expect(await publish('b', at(1))).toBe(true);
  });

  it('are free again when an upload leaves before its Pin was requested', async () => {
    const { ask, leave, publish } = board();
    const turn = await ask('a');
    if ('take' in turn) await turn.take();
    await ask('b', at(1));
    await leave('board', 'b');
    await leave('board', 'a');
    expect(await publish('c', at(2))).toBe(true);
  });

  it('are asked for again at half of the time when they are far away', async () => {
    const { ask, publish } = board();
    await publish('a');
    for (let ahead = 0; ahead < 9; ahead++) await ask(`b${ahead}`, at(ahead));
    expect(await ask('c', at(100))).toEqual({ askAt: START + 5 * SPACING_MS, held: false });
  });

  it('belong to one account', () => {
    expect(boardKey('shop', '42')).not.toBe(boardKey('blog', '42'));
    expect(boardKey(undefined, '42')).not.toBe(boardKey(undefined, '43'));
  });

  it('keep all Pins apart, and publish all of them, whatever happens', async () => {
    const upload = fc.record({
      dueMs: fc.integer({ min: 0, max: 3_600_000 }),
      takesMs: fc.integer({ min: 0, max: 900_000 }),
      fate: fc.constantFrom<Fate>('publishes', 'publishes', 'publishes', 'fails', 'never asks again'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(upload, { minLength: 2, maxLength: 12 }), async (uploads) => {
        const pins = await pinsOf(uploads);
        const gaps = pins.slice(1).map((pin, index) => pin - (pins[index] ?? 0));
        expect(Math.min(SPACING_MS, ...gaps)).toBe(SPACING_MS);
        expect(pins.length).toBeGreaterThanOrEqual(uploads.filter(({ fate }) => fate === 'publishes').length);
      }),
      { numRuns: 100, examples: [[HALF_A_MILLISECOND]] },
    );
  });
});

type Fate = 'publishes' | 'fails' | 'never asks again';
interface Upload {
  dueMs: number;
  /** Duration of the creation. */
  takesMs: number;
  fate: Fate;
}

/** Half of the time until a turn was not a whole number of milliseconds for these uploads. */
const HALF_A_MILLISECOND = [600_001, 600_008, 600_002, 0, 600_008].map(
  (dueMs, index): Upload => ({ dueMs, takesMs: 0, fate: index === 2 ? 'fails' : 'publishes' }),
);

/** Runs uploads that publish on one board. @returns when their Pins were made, in milliseconds since the start */
async function pinsOf(uploads: Upload[]): Promise<number[]> {
  const { ask, ends, moveTo } = board();
  const pins: number[] = [];
  let now = 0;
  const asks = async (index: number) => {
    const { dueMs, takesMs, fate } = uploads[index] as Upload;
    const turn = await ask(`${index}`, at(dueMs));
    if ('take' in turn && (await turn.take())) agenda.push({ at: now + takesMs, act: () => ended(index) });
    else if ('askAt' in turn && fate !== 'never asks again')
      agenda.push({ at: Math.max(now + (turn.held ? 3000 : 1), turn.askAt - START), act: () => asks(index) });
  };
  const ended = async (index: number) => {
    const fails = uploads[index]?.fate === 'fails';
    ends.set(`${index}`, fails ? {} : { pinId: '1', pinnedBy: at(now) });
    if (!fails) pins.push(now);
  };
  const agenda = uploads.map(({ dueMs }, index) => ({ at: dueMs, act: () => asks(index) }));
  for (let turns = 0; agenda.length > 0; turns++) {
    expect(turns).toBeLessThan(20_000);
    agenda.sort((one, other) => other.at - one.at);
    const next = agenda.pop();
    now = next?.at ?? 0;
    moveTo(now);
    await next?.act();
  }
  return pins;
}
