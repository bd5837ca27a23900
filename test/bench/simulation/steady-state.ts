import { seededRandom } from '../../harness/seeded-random.ts';
import { Following } from './following.ts';
import { type PinterestHabits, PinterestModel } from './pinterest-model.ts';
import { VirtualClock } from './virtual-clock.ts';
import { fileDrawer, type SimulatedFile, type World } from './worlds.ts';

export interface FollowedFile extends SimulatedFile {
  polls: number;
  lagSeconds: number;
}

/** What happened from the first file that counts to the last. */
export interface SteadyState {
  /** In the order in which they were uploaded. */
  files: FollowedFile[];
  requests: PinterestModel['requests'];
  /** Invocations of the poll function, and the seconds that they took. */
  invocations: number;
  busySeconds: number;
  /** Reads of the token's secret. */
  secretReads: number;
}

export interface SteadyStateOptions extends PinterestHabits {
  world: World;
  /** Files under way at any time: when one has ended, the next is uploaded. */
  inFlight: number;
  /** Files that are not counted: until something is learned, and as many are in flight as there will be. */
  warmUp: number;
  /** Files that are counted. */
  counted: number;
  seed: number;
  /** True when Lambda takes any idle sandbox, false when it takes the one used last. */
  anySandbox?: boolean;
  /** False where every file is the first one ever. */
  learning?: boolean;
  /** False where each file is asked about by itself. */
  sharing?: boolean;
}

/** Seconds between two uploads at the beginning: ten at once, each some seconds. */
const BETWEEN_UPLOADS_SECONDS = 0.5;

/** Keeps as many files in flight as asked for, in simulated time, with the real decisions of the functions. */
export async function steadyState(options: SteadyStateOptions): Promise<SteadyState> {
  const { world, inFlight, warmUp, counted, seed, anySandbox, learning, sharing, ...habits } = options;
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const pinterest = new PinterestModel(clock, undefined, habits);
  const following = new Following({ clock, pinterest, random, anySandbox, learning, sharing });
  // With a generator of its own: the same seed means the same files, whatever the policy draws.
  const draw = fileDrawer(world, seededRandom(seed + 1));
  const files: FollowedFile[] = [];
  const counts = (): Omit<SteadyState, 'files'> => ({
    requests: { ...pinterest.requests },
    invocations: following.pool.invocations,
    busySeconds: following.pool.busySeconds,
    secretReads: following.secretReads,
  });
  let [before, after] = [counts(), counts()];
  let begun = 0;
  const lane = async (number: number) => {
    await clock.sleep(number * BETWEEN_UPLOADS_SECONDS);
    for (let place = begun++; place < warmUp + counted; place = begun++) {
      if (place === warmUp) before = counts();
      const file = draw();
      const { mediaId } = await pinterest.mediaCreate();
      files[place] = { ...file, ...(await following.follow(mediaId, file)) };
    }
    // While the last ones end, fewer are in flight.
    if (begun === warmUp + counted + 1) after = counts();
  };
  for (let number = 0; number < inFlight; number++) lane(number);
  await clock.run();
  return { files: files.slice(warmUp), ...difference(after, before) };
}

const difference = (after: Omit<SteadyState, 'files'>, before: Omit<SteadyState, 'files'>) => ({
  requests: {
    media_create: after.requests.media_create - before.requests.media_create,
    media_get: after.requests.media_get - before.requests.media_get,
    media_list: after.requests.media_list - before.requests.media_list,
  },
  invocations: after.invocations - before.invocations,
  busySeconds: after.busySeconds - before.busySeconds,
  secretReads: after.secretReads - before.secretReads,
});
