import { seededRandom } from '../../harness/seeded-random.ts';
import { fileDrawer, type SimulatedFile } from './files.ts';
import { Following } from './following.ts';
import { type PinterestHabits, PinterestModel } from './pinterest-model.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface FollowedFile extends SimulatedFile {
  polls: number;
  lagSeconds: number;
}

export interface SteadyState {
  files: FollowedFile[];
  requests: PinterestModel['requests'];
  /** Invocations of the poll function, and the seconds that they took. */
  invocations: number;
  busySeconds: number;
  /** Reads of the token's secret. */
  secretReads: number;
}

/** What nobody knows beforehand; each has its usual value where it is left out. */
export interface Assumptions extends PinterestHabits {
  /** Half of the files are ready sooner. */
  medianSeconds?: number;
  /** True when Lambda takes any idle sandbox, and not the one used last. */
  anySandbox?: boolean;
}

/** Seconds between two uploads of a burst: ten at once, each some seconds. */
const BETWEEN_UPLOADS_SECONDS = 0.5;

/**
 * Keeps so many files in flight: when one has ended, the next is uploaded.
 * @param inFlight at any time
 * @param total files until the end
 */
export async function steadyState(
  inFlight: number,
  total: number,
  seed: number,
  assumptions?: Assumptions,
): Promise<SteadyState> {
  const { clock, draw, one, ended } = world(seed, assumptions);
  let begun = 0;
  const lane = async (number: number) => {
    await clock.sleep(number * BETWEEN_UPLOADS_SECONDS);
    while (begun++ < total) await one(draw());
  };
  for (let number = 0; number < inFlight; number++) lane(number);
  await clock.run();
  return ended();
}

/** Uploads so many files one upon the other, waits until all have ended, and does it again. */
export async function bursts(inFlight: number, times: number, seed: number): Promise<SteadyState> {
  const { clock, draw, one, ended } = world(seed);
  const all = async () => {
    for (let time = 0; time < times; time++) {
      const burst: Promise<void>[] = [];
      for (let number = 0; number < inFlight; number++) {
        await clock.sleep(BETWEEN_UPLOADS_SECONDS);
        burst.push(one(draw()));
      }
      await Promise.all(burst);
    }
  };
  all();
  await clock.run();
  return ended();
}

function world(seed: number, { medianSeconds, anySandbox, ...habits }: Assumptions = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const pinterest = new PinterestModel(clock, undefined, habits);
  const following = new Following(clock, pinterest, random, anySandbox);
  const files: FollowedFile[] = [];
  return {
    clock,
    draw: fileDrawer(random, medianSeconds),
    async one(file: SimulatedFile) {
      const { mediaId } = await pinterest.mediaCreate();
      files.push({ ...file, ...(await following.follow(mediaId, file)) });
    },
    ended: (): SteadyState => {
      const { invocations, busySeconds } = following.pool;
      const { secretReads } = following;
      return { files, requests: pinterest.requests, invocations, busySeconds, secretReads };
    },
  };
}
