import { firstWaitSeconds, nextWaitSeconds } from '../../../functions/poll/question-times.ts';
import { seededRandom } from '../../harness/seeded-random.ts';
import { FIXED_TRANSITIONS, TRANSITIONS_PER_POLL } from '../file-counts.ts';
import type { Figures, Mark, Part } from '../part.ts';
import { coldLateness, type Late, medianLateness, tailLateness } from '../simulation/lateness.ts';
import { askedBy, PEERS } from '../simulation/peers.ts';
import { ANSWER_SECONDS } from '../simulation/pinterest-model.ts';
import {
  type OneByOne,
  oneByOne,
  requestsOneByOne,
  requestsPerFile,
  type Together,
  throughChange,
  together,
} from '../simulation/policy-in-worlds.ts';
import { CHANGING_WORLDS, UNTIL_ADAPTED, WORLDS, type World } from '../simulation/worlds.ts';
import { quantile, rounded } from '../statistics.ts';

const FILES = 1000;
const RUNS_OF_CHANGE = 30;

interface Measured extends OneByOne {
  world: World;
  /** Only for worlds in which Pinterest's pace stays the same. */
  together?: Together;
}

/**
 * Measures requests to Pinterest per file and the lateness of the event, in simulated time. The real functions run
 * against a model of Pinterest, in worlds with different processing times.
 */
export const requests: Part = {
  name: 'requests',
  about: 'requests per file, and seconds from Pinterest being ready to the event, beside polling at fixed intervals',
  async measure({ say }) {
    const measured: Measured[] = [];
    for (const world of WORLDS) {
      measured.push({ world, ...(await oneByOne(world, FILES)), together: await together(world) });
      say(`requests: ${world.name}`);
    }
    for (const world of CHANGING_WORLDS) {
      measured.push({ world, ...(await throughChange(world, RUNS_OF_CHANGE)) });
      say(`requests: ${world.name}`);
    }
    return {
      figures: {
        ...Object.fromEntries(measured.map((each) => [each.world.name, figuresOf(each)])),
        minuteFileNothingLearned: rounded(requestsOfMinuteFile()),
      },
      table: [
        [
          'requests; late by, median / 95th percentile',
          'nothing learned',
          'learned',
          'transitions',
          '300 in flight',
          'list against us',
          ...Object.keys(PEERS),
        ],
        ...measured.map(rowOf),
      ],
      marks: marksOf(measured),
      notes: [
        'Requests include the registration. Late: from the moment that Pinterest has the file ready until the final event.',
        'Nothing learned: each file is the first one ever. Learned, and all columns to the right of it but two: one file at a time.',
        `Where the pace changes: the ${UNTIL_ADAPTED} files after the change instead of "nothing learned", and later ones as "learned".`,
        '300 in flight: media_list begins with the newest media. Against us: it begins with the oldest, so no list has our uploads.',
        'Transitions: states of the state machine that a file enters, learned.',
        `Sizes from 1 MB to 2 GB, median 25 MB. Pinterest's responses take ${ANSWER_SECONDS} s. Lambda uses the sandbox that was used last.`,
      ],
    };
  },
};

/** Requests for a file whose processing takes exactly a minute, before the policy has learned anything. */
function requestsOfMinuteFile(): number {
  const random = seededRandom(1);
  const files = Array.from({ length: FILES }, () => ({ sizeBytes: 1, processingSeconds: 60 }));
  const policy = (elapsed: number) =>
    elapsed === 0 ? firstWaitSeconds(1, [], random()) : nextWaitSeconds(elapsed, 0, random());
  return requestsOneByOne(askedBy(policy, files));
}

const lags = (files: Late[]) =>
  [0.5, 0.95].map((share) =>
    quantile(
      files.map(({ lagSeconds }) => lagSeconds),
      share,
    ),
  );
const transitionsPerFile = (files: { polls: number }[]) =>
  FIXED_TRANSITIONS + TRANSITIONS_PER_POLL * (requestsOneByOne(files) - 1);

const cell = (requestsOfEach: number, files: Late[]) =>
  `${requestsOfEach.toFixed(1)}; ${lags(files)
    .map((seconds) => (seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)))
    .join(' / ')} s`;

function rowOf({ world, cold, learned, together: many }: Measured): string[] {
  const alone = (files: (Late & { polls: number })[]) => cell(requestsOneByOne(files), files);
  return [
    world.name,
    alone(cold),
    alone(learned),
    transitionsPerFile(learned).toFixed(1),
    ...(many
      ? [many.newestFirst, many.oldestFirst].map((state) => cell(requestsPerFile(state), state.files))
      : ['', '']),
    ...Object.values(PEERS).map((peer) => alone(askedBy(peer, learned))),
  ];
}

function figuresOf({ cold, learned, together: many }: Measured): Figures {
  const alone = (files: (Late & { polls: number })[]): Figures => {
    const [median = 0, tail = 0] = lags(files).map((seconds) => rounded(seconds));
    return {
      requests: rounded(requestsOneByOne(files)),
      transitions: rounded(transitionsPerFile(files)),
      lateSeconds: { median, p95: tail },
      ofAllowed: { median: rounded(medianLateness(files)), p95: rounded(tailLateness(files)) },
    };
  };
  const peers = Object.entries(PEERS).map(([name, peer]) => [name, alone(askedBy(peer, learned))]);
  return {
    nothingLearned: alone(cold),
    learned: alone(learned),
    ...(many && {
      requestsOf300InFlight: {
        newestFirst: rounded(requestsPerFile(many.newestFirst)),
        oldestFirst: rounded(requestsPerFile(many.oldestFirst)),
        withoutLists: rounded(requestsPerFile(many.asked)),
      },
    }),
    ...Object.fromEntries(peers),
  };
}

function marksOf(measured: Measured[]): Mark[] {
  const worst = (of: (each: Measured) => number, among = measured) => Math.max(...among.map(of));
  const steady = measured.filter(({ world }) => !world.change);
  const ofMinute = steady.filter(({ world }) => world.medianSeconds === 60);
  const shared = steady.flatMap((each) => each.together ?? []);
  return [
    {
      figure: 'nothing learned: the latest file of all worlds, of what is allowed (half of its time, or 5 s)',
      value: worst(({ cold }) => coldLateness(cold), steady),
      atMost: 1,
    },
    { figure: 'nothing learned: requests for a file that takes a minute', value: requestsOfMinuteFile(), atMost: 9 },
    {
      figure: 'learned: median lateness in the worst world, of what is allowed (20 % or 5 s)',
      value: worst(({ learned }) => medianLateness(learned)),
      atMost: 1,
    },
    {
      figure: 'learned: 95th percentile in the worst world, of what is allowed (60 % or 10 s)',
      value: worst(({ learned }) => tailLateness(learned)),
      atMost: 1,
    },
    {
      figure: 'learned: requests per file in the worst world with a median of a minute',
      value: worst(({ learned }) => requestsOneByOne(learned), ofMinute),
      atMost: 5,
    },
    {
      figure: '300 in flight: requests per file in the worst world',
      value: Math.max(...shared.map(({ newestFirst }) => requestsPerFile(newestFirst))),
      atMost: 1.6,
    },
    {
      figure: '300 in flight, list against us: requests, of those without lists, in the worst world',
      value: Math.max(...shared.map(({ oldestFirst, asked }) => requestsPerFile(oldestFirst) / requestsPerFile(asked))),
      atMost: 4 / 3,
    },
  ];
}
