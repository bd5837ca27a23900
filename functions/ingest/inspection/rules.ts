import type { VideoLimits } from '../../../shared/pinterest/video-limits.ts';
import { exactBytes, sizeInWords } from '../../../shared/upload/size-words.ts';
import { isAcceptedCodec } from './codecs.ts';
import type { FileFacts, VideoStream } from './file-facts.ts';
import type { Shape } from './video-description.ts';

export type RuleName =
  | 'empty'
  | 'too_large'
  | 'container'
  | 'truncated'
  | 'no_video'
  | 'codec'
  | 'too_short'
  | 'too_long'
  | 'aspect_ratio';

/**
 * `broken`: the rule is certainly broken; contains the value that proves it. `unsure`: the facts are missing or
 * contradict each other.
 */
export type Judgement = { broken: string } | 'kept' | 'unsure';

export interface Rule {
  name: RuleName;
  /** What Pinterest accepts, in words for users. */
  takes: (limits: VideoLimits) => string;
  judge: (facts: FileFacts, limits: VideoLimits) => Judgement;
}

/** One frame more or less at the end is not intended, and players round it away: 3.96 s counts as 4 s. */
const SECONDS_TOLERANCE = 0.05;
/** Codecs need sides of even length, so a video cannot have a ratio of exactly 1.91:1. */
const RATIO_TOLERANCE = 1.01;

const size = (bytes: number) => (bytes < 1000 ? exactBytes(bytes) : `${exactBytes(bytes)} (${sizeInWords(bytes)})`);
const round = (number: number, digits: number) => Number(number.toFixed(digits));

/** @returns for example `3.9 s`, `15 min` or `15 min 1 s`; a value that breaks a limit is never rounded to the limit */
export function durationInWords(seconds: number): string {
  const exact = round(seconds, 2);
  const hours = Math.floor(exact / 3600);
  const minutes = Math.floor((exact % 3600) / 60);
  const left = round(exact % 60, 2);
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, left && `${left} s`];
  return parts.filter(Boolean).join(' ') || '0 s';
}
const durations = ({ minSeconds, maxSeconds }: VideoLimits) =>
  `${durationInWords(minSeconds)} to ${durationInWords(maxSeconds)}`;

const ratio = ({ width, height }: Shape) => width / height;
const ratioInWords = (value: number) => (value < 1 ? `1:${round(1 / value, 2)}` : `${round(value, 2)}:1`);

/**
 * The streams that a player may play. If one has an accepted codec, streams with another codec are previews or covers.
 */
export function playedStreams({ streams }: FileFacts): VideoStream[] {
  const candidates = streams.filter(({ codec }) => codec === undefined || isAcceptedCodec(codec));
  return candidates.length > 0 ? candidates : streams;
}

/** `broken` when every value of every stream that may be played breaks the rule. `kept` when no value breaks it. */
function overStreams(facts: FileFacts, values: (stream: VideoStream) => number[], breaks: (value: number) => boolean) {
  const all = playedStreams(facts).map(values);
  if (all.length === 0 || all.some((each) => each.length === 0)) return 'unsure';
  if (all.every((each) => each.every(breaks))) return 'broken';
  return all.some((each) => each.some(breaks)) ? 'unsure' : 'kept';
}

/** All of Pinterest's rules for videos, in the order in which they are reported. */
export const RULES: Rule[] = [
  {
    name: 'empty',
    takes: () => 'videos',
    judge: (facts) => (facts.size === 0 ? { broken: 'the file is empty' } : 'kept'),
  },
  {
    name: 'too_large',
    takes: ({ maxBytes }) => `at most ${size(maxBytes)}`,
    judge: (facts, { maxBytes }) => (facts.size > maxBytes ? { broken: `the file has ${size(facts.size)}` } : 'kept'),
  },
  {
    name: 'container',
    takes: () => 'MP4, M4V and MOV',
    judge: ({ otherKind }) => (otherKind ? { broken: `the file is ${otherKind.name}` } : 'kept'),
  },
  {
    name: 'truncated',
    takes: () => 'whole files',
    judge: ({ missing }) => (missing ? { broken: `the file is cut off: ${missing} is missing` } : 'kept'),
  },
  {
    name: 'no_video',
    takes: () => 'videos',
    judge({ hasVideo }) {
      if (hasVideo === undefined) return 'unsure';
      return hasVideo ? 'kept' : { broken: 'the file has no video track' };
    },
  },
  {
    name: 'codec',
    takes: () => 'H.264 and H.265',
    judge({ streams }) {
      const codecs = streams.map(({ codec }) => codec);
      if (codecs.some((codec) => codec !== undefined && isAcceptedCodec(codec))) return 'kept';
      if (codecs.length === 0 || codecs.includes(undefined)) return 'unsure';
      return { broken: `the video is encoded as ${[...new Set(codecs)].join(' and ')}` };
    },
  },
  {
    name: 'too_short',
    takes: durations,
    judge(facts, { minSeconds }) {
      const least = minSeconds - SECONDS_TOLERANCE;
      const found = overStreams(
        facts,
        (stream) => stream.durations,
        (seconds) => seconds < least,
      );
      if (found !== 'broken') return found;
      // Fragments or another track may be longer.
      const others = [...facts.otherDurations, facts.movieDuration ?? 0];
      if (facts.mayBeLonger || others.some((seconds) => seconds >= least)) return 'unsure';
      return { broken: `the video is ${durationInWords(Math.max(...durationsOf(facts)))} long` };
    },
  },
  {
    name: 'too_long',
    takes: durations,
    judge(facts, { maxSeconds }) {
      const most = maxSeconds + SECONDS_TOLERANCE;
      const found = overStreams(
        facts,
        (stream) => stream.durations,
        (seconds) => seconds > most,
      );
      if (found !== 'broken') return found;
      const seconds = Math.min(...durationsOf(facts), facts.movieDuration ?? Number.POSITIVE_INFINITY);
      return seconds > most ? { broken: `the video is ${durationInWords(seconds)} long` } : 'unsure';
    },
  },
  {
    name: 'aspect_ratio',
    takes: ({ minAspectRatio, maxAspectRatio }) =>
      `${ratioInWords(minAspectRatio)} to ${ratioInWords(maxAspectRatio)}, width to height`,
    judge(facts, { minAspectRatio, maxAspectRatio }) {
      const [least, most] = [minAspectRatio / RATIO_TOLERANCE, maxAspectRatio * RATIO_TOLERANCE];
      const breaks = (value: number) => value < least || value > most;
      // The rule is kept if the shape that most players show keeps it. It is broken only if the shapes from all
      // headers break it.
      const firsts = overStreams(facts, ({ shapes }) => shapes.slice(0, 1).map(ratio), breaks);
      if (firsts === 'kept') return 'kept';
      const found = overStreams(facts, ({ shapes }) => shapes.map(ratio), breaks);
      const shown = playedStreams(facts)[0]?.shapes[0];
      if (found !== 'broken' || shown === undefined) return 'unsure';
      const pixels = `${Math.round(shown.width)} × ${Math.round(shown.height)} pixels`;
      return { broken: `the video is ${pixels}, ${ratioInWords(ratio(shown))}` };
    },
  },
];

const durationsOf = (facts: FileFacts) => playedStreams(facts).flatMap((stream) => stream.durations);
