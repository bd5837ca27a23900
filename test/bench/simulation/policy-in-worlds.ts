import { RECENT_FILES } from '../../../functions/poll/question-times.ts';
import { type FollowedFile, type SteadyState, type SteadyStateOptions, steadyState } from './steady-state.ts';
import { BEFORE_CHANGE, UNTIL_ADAPTED, type World } from './worlds.ts';

const SEED = 1;

/** How the policy does in a world where one file at a time is under way. */
export interface OneByOne {
  /** Files of which each is the first one ever; where the pace changes, those until the policy must have adapted. */
  cold: FollowedFile[];
  /** Files after the learning. */
  learned: FollowedFile[];
}

/** @param files that are counted where the pace stays the same */
export async function oneByOne(world: World, files: number): Promise<OneByOne> {
  const alone = { world, inFlight: 1, seed: SEED };
  const cold = await steadyState({ ...alone, warmUp: 0, counted: files / 4, learning: false });
  const learned = await steadyState({ ...alone, warmUp: RECENT_FILES, counted: files });
  return { cold: cold.files, learned: learned.files };
}

/** The same where the pace changes, in many short runs. */
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

/** How the policy does with 300 files under way. */
export interface Together {
  newestFirst: SteadyState;
  /** Where the list has none of our uploads on its first pages. */
  oldestFirst: SteadyState;
  /** Without lists. */
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

/** The same where each poll is one request. */
export const requestsOneByOne = (files: Pick<FollowedFile, 'polls'>[]) =>
  1 + files.reduce((sum, { polls }) => sum + polls, 0) / files.length;
