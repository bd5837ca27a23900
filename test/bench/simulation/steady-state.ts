import { seededRandom } from '../../harness/seeded-random.ts';
import { Following } from './following.ts';
import { type PinterestHabits, PinterestModel } from './pinterest-model.ts';
import { VirtualClock } from './virtual-clock.ts';
import { fileDrawer, type SimulatedFile, type World } from './worlds.ts';

export interface FollowedFile extends SimulatedFile {
  polls: number;
  lagSeconds: number;
}

/** Results of the counted files, without the warm-up. */
export interface SteadyState {
  /** Sorted by the start of the upload. */
  files: FollowedFile[];
  requests: PinterestModel['requests'];
  /** Invocations of the poll function. */
  invocations: number;
  /** Total duration of these invocations, in seconds. */
  busySeconds: number;
  /** How often the token's secret was read. */
  secretReads: number;
}

export interface SteadyStateOptions extends PinterestHabits {
  world: World;
  /** Number of files in flight at any time: when one has its final event, the next is uploaded. */
  inFlight: number;
  /** Number of first files that are not counted, until the policy has learned and `inFlight` is reached. */
  warmUp: number;
  /** Number of files that are counted. */
  counted: number;
  seed: number;
  /** True if Lambda uses a random idle sandbox, false if it uses the most recently used one. */
  anySandbox?: boolean;
  /** False to treat every file as the first one, without anything learned. */
  learning?: boolean;
  /** False to poll each file with its own media_get, without media_list. */
  sharing?: boolean;
}

/** Seconds between two uploads at the start: the rate of ten concurrent uploads that take some seconds each. */
const BETWEEN_UPLOADS_SECONDS = 0.5;

/** Keeps `inFlight` files in flight, in simulated time. The real code of the functions makes the decisions. */
export async function steadyState(options: SteadyStateOptions): Promise<SteadyState> {
  const { world, inFlight, warmUp, counted, seed, anySandbox, learning, sharing, ...habits } = options;
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const pinterest = new PinterestModel(clock, undefined, habits);
  const following = new Following({ clock, pinterest, random, anySandbox, learning, sharing });
  // A separate generator: the same seed gives the same files, whatever random numbers the policy draws.
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
    // Stop counting at the first lane that finishes: from then on, fewer files are in flight.
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
