import type { VideoFacts } from './video-facts.ts';

export interface VideoLimits {
  maxBytes: number;
  minSeconds: number;
  maxSeconds: number;
  /** Width to height. */
  minAspectRatio: number;
  maxAspectRatio: number;
}

/** @see https://help.pinterest.com/en/business/article/pinterest-product-specs (videos) */
export const PINTEREST_LIMITS: VideoLimits = {
  maxBytes: 2 * 1024 ** 3,
  minSeconds: 4,
  maxSeconds: 15 * 60,
  minAspectRatio: 1 / 2,
  maxAspectRatio: 1.91,
};

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

/** A rule over what the index says of a video. */
export interface Rule {
  name: RuleName;
  /** What Pinterest takes, for people. */
  takes: (limits: VideoLimits) => string;
  /** What was found that breaks the rule; undefined when nothing was, or it cannot be told. */
  broken: (facts: VideoFacts, limits: VideoLimits) => string | undefined;
}

const seconds = (duration: number) => (duration < 120 ? `${round(duration)} s` : `${round(duration / 60)} min`);
const round = (number: number) => Math.round(number * 10) / 10;
const durations = ({ minSeconds, maxSeconds }: VideoLimits) => `${seconds(minSeconds)} to ${seconds(maxSeconds)}`;

/**
 * A frame more or less at the end is nobody's intention, and players round it away too: 3.96 s is 4 s.
 */
const SECONDS_TOLERANCE = 0.05;
/** Codecs want even sides: 1.91:1 is not met to the pixel. */
const RATIO_TOLERANCE = 1.01;

/** Pinterest's rules for videos, in the order in which they are told to people. */
export const RULES: Rule[] = [
  {
    name: 'no_video',
    takes: () => 'videos',
    broken: ({ hasVideo }) => (hasVideo ? undefined : 'the file has no video track'),
  },
  {
    name: 'codec',
    takes: () => 'H.264 and H.265',
    broken: ({ codec }) =>
      codec === undefined || /^H\.26[45]$/.test(codec) ? undefined : `the video is encoded as ${codec}`,
  },
  {
    name: 'too_short',
    takes: durations,
    broken: ({ duration }, { minSeconds }) =>
      duration === undefined || duration >= minSeconds - SECONDS_TOLERANCE
        ? undefined
        : `the video is ${seconds(duration)} long`,
  },
  {
    name: 'too_long',
    takes: durations,
    broken: ({ duration }, { maxSeconds }) =>
      duration === undefined || duration <= maxSeconds + SECONDS_TOLERANCE
        ? undefined
        : `the video is ${seconds(duration)} long`,
  },
  {
    name: 'aspect_ratio',
    takes: ({ minAspectRatio, maxAspectRatio }) =>
      `1:${round(1 / minAspectRatio)} to ${maxAspectRatio}:1, width to height`,
    broken: ({ width, height }, { minAspectRatio, maxAspectRatio }) => {
      if (width === undefined || height === undefined) return undefined;
      const ratio = width / height;
      const fits = ratio >= minAspectRatio / RATIO_TOLERANCE && ratio <= maxAspectRatio * RATIO_TOLERANCE;
      return fits
        ? undefined
        : `the video is ${width} × ${height} pixels, ${ratio < 1 ? `1:${round(1 / ratio)}` : `${round(ratio)}:1`}`;
    },
  },
];
