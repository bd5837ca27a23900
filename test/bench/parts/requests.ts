import type { Figures, Part } from '../part.ts';
import { ANSWER_SECONDS } from '../simulation/pinterest-model.ts';
import {
  type Assumptions,
  bursts,
  type FollowedFile,
  type SteadyState,
  steadyState,
} from '../simulation/steady-state.ts';
import { median, rounded } from '../statistics.ts';

/** Files in flight, and requests per file that are aimed at. */
const IN_FLIGHT: Record<number, number | undefined> = { 1: 5, 30: undefined, 300: 1.6 };
/** Peers ask each file every so many seconds. */
const FIXED_SECONDS = [2, 5, 20];
const SEED = 1;
const LEAST_FILES = 600;
const ROUNDS = 30;

/** What may be otherwise than assumed. */
const OTHERWISE: Record<string, Assumptions> = {
  'files take 15 s': { medianSeconds: 15 },
  'files take 3 min': { medianSeconds: 180 },
  'answers take 1 s': { answerSeconds: 1 },
  'the list begins with the oldest': { oldestFirst: true },
  'any idle sandbox is used': { anySandbox: true },
};

/** What the event's lateness is held against: a fifth of the processing time, or five seconds. */
const allowedLag = (processingSeconds: number) => Math.max(5, 0.2 * processingSeconds);

/** Pinterest requests per file, and how late the event is, in simulated time: the real poll function against a model of Pinterest. */
export const requests: Part = {
  name: 'requests',
  about: 'requests per file, and seconds from Pinterest being ready to the event, beside polling at fixed intervals',
  async measure({ say }) {
    const rows: Row[] = [];
    const perFile: Figures = {};
    const burstPerFile: Figures = {};
    const marks = [];
    const otherwise: Figures = {};
    const otherwiseRows: string[][] = [];
    let worstLag = 0;
    for (const [text, atMost] of Object.entries(IN_FLIGHT)) {
      const inFlight = Number(text);
      const total = Math.max(LEAST_FILES, ROUNDS * inFlight);
      const steady = await steadyState(inFlight, total, SEED);
      const burst = inFlight === 1 ? undefined : await bursts(inFlight, Math.max(3, LEAST_FILES / inFlight), SEED);
      const row = rowOf(`Pindrop, ${inFlight} in flight`, steady);
      rows.push(row, ...(burst ? [rowOf(`Pindrop, ${inFlight} at once, then none`, burst)] : []));
      perFile[text] = rounded(row.perFile);
      if (burst) burstPerFile[text] = rounded(requestsPerFile(burst));
      worstLag = Math.max(worstLag, row.lag, burst ? medianLag(burst.files) : 0);
      if (atMost) marks.push({ figure: `requests per file with ${inFlight} in flight`, value: row.perFile, atMost });
      say(`requests: ${inFlight} in flight`);
      if (inFlight === 1) rows.push(...FIXED_SECONDS.map((seconds) => fixed(seconds, steady.files)));
    }
    for (const [what, assumptions] of Object.entries(OTHERWISE)) {
      const states = await Promise.all(
        Object.keys(IN_FLIGHT).map((text) =>
          steadyState(Number(text), Math.max(LEAST_FILES, 5 * Number(text)), SEED, assumptions),
        ),
      );
      const rowsOf = states.map((state) => rowOf('', state));
      otherwise[what] = Object.fromEntries(
        Object.keys(IN_FLIGHT).map((text, index) => [text, rounded(rowsOf[index]?.perFile ?? 0)]),
      );
      otherwiseRows.push([
        `where ${what}: 1, 30, 300 in flight`,
        ...[(row: Row) => row.perFile.toFixed(2), (row: Row) => row.lagSeconds.toFixed(1)].map((cell) =>
          rowsOf.map(cell).join(' · '),
        ),
        rowsOf.map((row) => row.lag.toFixed(2)).join(' · '),
      ]);
      say(`requests: where ${what}`);
    }
    marks.push({ figure: 'lateness at the median, as a multiple of what is allowed', value: worstLag, atMost: 1 });
    const fixedPerFile = Object.fromEntries(
      FIXED_SECONDS.map((seconds, index) => [String(seconds), rounded(rows[index + 1]?.perFile ?? 0)]),
    );
    return {
      figures: { perFile, burstPerFile, fixedPerFile, otherwise, medianLagRatio: rounded(worstLag) },
      table: [
        ['', 'requests per file', 'median lag s', 'of what is allowed'],
        ...rows.map(({ name, ...row }) => [
          name,
          row.perFile.toFixed(2),
          row.lagSeconds.toFixed(1),
          row.lag.toFixed(2),
        ]),
        ...otherwiseRows,
      ],
      marks,
      notes: [
        'Requests: media_create, media_get and media_list. Allowed lag: 20 % of the processing time, or 5 s if that is more.',
        'Processing times: log-normal, median 60 s, half of the spread by size (median 25 MB), within 10 s and 30 min.',
        `Assumed of Pinterest: answers take ${ANSWER_SECONDS} s, the list begins with the newest and a bookmark names a place in it. Of Lambda: the sandbox used last is used next.`,
        'The rows “where …” show what becomes of the figures where one of these is otherwise.',
      ],
    };
  },
};

interface Row {
  name: string;
  perFile: number;
  /** Of what is allowed. */
  lag: number;
  lagSeconds: number;
}

const requestsPerFile = ({ files, requests: counted }: SteadyState) =>
  Object.values(counted).reduce((sum, count) => sum + count) / files.length;

const medianLag = (files: FollowedFile[]) =>
  median(files.map(({ lagSeconds, processingSeconds }) => lagSeconds / allowedLag(processingSeconds)));

function rowOf(name: string, state: SteadyState): Row {
  const lagSeconds = median(state.files.map((file) => file.lagSeconds));
  return { name, perFile: requestsPerFile(state), lag: medianLag(state.files), lagSeconds };
}

/** The same files asked about so many seconds after each answer, and registered. */
function fixed(seconds: number, files: FollowedFile[]): Row {
  const period = seconds + ANSWER_SECONDS;
  const asked = files.map((file) => {
    const polls = Math.ceil(file.processingSeconds / period);
    return { ...file, polls, lagSeconds: polls * period - file.processingSeconds };
  });
  const perFile = 1 + asked.reduce((sum, { polls }) => sum + polls, 0) / asked.length;
  return {
    ...{ name: `every ${seconds} s, however many`, perFile, lag: medianLag(asked) },
    lagSeconds: median(asked.map((file) => file.lagSeconds)),
  };
}
