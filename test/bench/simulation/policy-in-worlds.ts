import { RECENT_FILES } from '../../../functions/poll/question-times.ts';
import { type FollowedFile, type SteadyState, type SteadyStateOptions, steadyState } from './steady-state.ts';
import { BEFORE_CHANGE, UNTIL_ADAPTED, type World } from './worlds.ts';

const SEED = 1;

/** Results of the policy in a world with one file in flight at a time. */
export interface OneByOne {
  /** Files without anything learned. If the pace changes: the files between the change and the required adaptation. */
  cold: FollowedFile[];
  /** Files after the policy has learned. */
  learned: FollowedFile[];
}

/** Runs the policy in a world whose pace stays the same. @param files number of files to count */
export async function oneByOne(world: World, files: number): Promise<OneByOne> {
  const alone = { world, inFlight: 1, seed: SEED };
  const cold = await steadyState({ ...alone, warmUp: 0, counted: files / 4, learning: false });
  const learned = await steadyState({ ...alone, warmUp: RECENT_FILES, counted: files });
  return { cold: cold.files, learned: learned.files };
}

/** Runs the policy in a world whose pace changes, in many short runs. */
export async function throughChange(world: World, runs: number): Promise<OneByOne> {
  const both: OneByOne = { cold: [], learned: [] };
  const adapted = BEFORE_CHANGE + UNTIL_ADAPTED;
  for (let run = 0; run < runs; run++) {
    const counted = adapted + 3 * UNTIL_ADAPTED;
    const { files } = await steadyState({ world, inFlight: 1, warmUp: 0, counted, seed: SEED + run });
    both.cold.push(...files.slice(BEFORE_CHANGE, adapted));
    both.learned.push(...files.slice(adapted));
  }
  return both;
}

/** Results of the policy with 300 files in flight. */
export interface Together {
  newestFirst: SteadyState;
  /** The first pages of the list contain none of our uploads. */
  oldestFirst: SteadyState;
  /** media_list is not used: each file is polled with media_get. */
  asked: SteadyState;
}

const IN_FLIGHT = 300;

export async function together(world: World): Promise<Together> {
  const many: SteadyStateOptions = { world, inFlight: IN_FLIGHT, warmUp: 2 * IN_FLIGHT, counted: 1000, seed: SEED };
  return {
    newestFirst: await steadyState(many),
    oldestFirst: await steadyState({ ...many, oldestFirst: true }),
    asked: await steadyState({ ...many, sharing: false }),
  };
}

/** Requests to Pinterest per file, the registration included. */
export function requestsPerFile({ requests }: Pick<SteadyState, 'requests'>): number {
  const { media_create, media_get, media_list } = requests;
  return (media_create + media_get + media_list) / media_create;
}

/** Requests per file when each poll is one request, the registration included. */
export const requestsOneByOne = (files: Pick<FollowedFile, 'polls'>[]) =>
  1 + files.reduce((sum, { polls }) => sum + polls, 0) / files.length;
