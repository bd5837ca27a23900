/** A simulated file. */
export interface SimulatedFile {
  sizeBytes: number;
  /** Seconds that Pinterest processes the file after the upload. */
  processingSeconds: number;
}

/**
 * An assumption about Pinterest's processing times, which nobody outside Pinterest knows. The policy must be good in
 * every world.
 */
export interface World {
  name: string;
  shape: keyof typeof SHAPES;
  /** Median processing time. */
  medianSeconds: number;
  /** From this file on, all processing times are multiplied by the factor. */
  change?: { afterFiles: number; factor: number };
}

const MEGABYTE = 1_000_000;
/** Bounds of the file size. Pinterest accepts at most 2 GB. */
const [SMALLEST, LARGEST] = [MEGABYTE, 2000 * MEGABYTE];
const MEDIAN_SIZE = 25 * MEGABYTE;
/** Bounds of the processing time. The longest reported time is half an hour; the simulation goes up to 45 minutes. */
const [FASTEST_SECONDS, SLOWEST_SECONDS] = [1, 45 * 60];

interface Draws {
  /** Uniform, from 0 (inclusive) to 1 (exclusive). */
  random: () => number;
  /** From the standard normal distribution. */
  normal: () => number;
}

interface Drawn {
  sizeBytes: number;
  /** The processing time as a multiple of the median. */
  factor: number;
}

/** Log-normal: one file in 40 is larger than 19 times the median, and one in 40 is smaller than a 19th of it. */
const anySize = ({ normal }: Draws) => MEDIAN_SIZE * Math.exp(1.5 * normal());

const SHAPES = {
  /** 95 % of the files take between 0.3 and 3.2 times the median, whatever their size. */
  'independent of size': (draws: Draws): Drawn => ({
    sizeBytes: anySize(draws),
    factor: Math.exp(0.6 * draws.normal()),
  }),
  'proportional to size': (draws: Draws): Drawn => {
    const sizeBytes = anySize(draws);
    return { sizeBytes, factor: (sizeBytes / MEDIAN_SIZE) * Math.exp(0.3 * draws.normal()) };
  },
  /** Pareto with alpha 1.2: its variance is infinite, and one file in 16 takes longer than 5.6 times the median. */
  'heavy-tailed': (draws: Draws): Drawn => ({
    sizeBytes: anySize(draws),
    factor: (2 * (1 - draws.random())) ** (-1 / 1.2),
  }),
  /** Short clips take about a third of the median, long videos about three times the median. */
  'two-peaked': ({ random, normal }: Draws): Drawn => {
    const short = random() < 0.5;
    return {
      sizeBytes: (short ? 8 : 250) * MEGABYTE * Math.exp(0.7 * normal()),
      factor: (short ? 1 / 3 : 3) * Math.exp(0.2 * normal()),
    };
  },
} as const;

const MEDIANS_SECONDS = [4, 15, 60, 180, 600];

/** Worlds for every combination of shape and median. */
export const WORLDS: World[] = (Object.keys(SHAPES) as World['shape'][]).flatMap((shape) =>
  MEDIANS_SECONDS.map((medianSeconds) => ({ name: `${shape}, ${duration(medianSeconds)}`, shape, medianSeconds })),
);

/** Number of files before a change, and number of files after it until the policy must have adapted. */
export const [BEFORE_CHANGE, UNTIL_ADAPTED] = [40, 10];

/** Worlds in which Pinterest's pace changes during the run. */
export const CHANGING_WORLDS: World[] = [5, 1 / 5].flatMap((factor) =>
  MEDIANS_SECONDS.map((medianSeconds) => ({
    name: `${duration(medianSeconds)}, then ${duration(medianSeconds * factor)}`,
    shape: 'independent of size' as const,
    medianSeconds,
    change: { afterFiles: BEFORE_CHANGE, factor },
  })),
);

/** The world of the parts `cost` and `scale`. */
export const USUAL_WORLD: World = { name: 'usual', shape: 'independent of size', medianSeconds: 60 };

function duration(seconds: number): string {
  return seconds < 100 ? `${Number(seconds.toPrecision(2))} s` : `${Number((seconds / 60).toPrecision(2))} min`;
}

/** @returns a function that draws the next file of the world */
export function fileDrawer({ shape, medianSeconds, change }: World, random: () => number): () => SimulatedFile {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let drawn = 0;
  return () => {
    const { sizeBytes, factor } = SHAPES[shape]({ random, normal });
    const pace = change && drawn++ >= change.afterFiles ? change.factor : 1;
    return {
      sizeBytes: Math.round(within(SMALLEST, sizeBytes, LARGEST)),
      processingSeconds: within(FASTEST_SECONDS, medianSeconds * pace * factor, SLOWEST_SECONDS),
    };
  };
}

const within = (least: number, value: number, most: number) => Math.min(most, Math.max(least, value));
