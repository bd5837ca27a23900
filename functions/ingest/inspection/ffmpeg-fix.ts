import type { VideoLimits } from '../../../shared/pinterest/video-limits.ts';
import type { FileFacts } from './file-facts.ts';
import { playedStreams, type RuleName } from './rules.ts';
import type { Shape } from './video-description.ts';

/**
 * The share of the largest file size that is planned for the video. The rest is for sound, tables and bitrate peaks.
 */
const VIDEO_SHARE = 0.9;
/** A bitrate that is high enough for any video that people watch. */
const MAX_KILOBITS = 20_000;
const UNFIXABLE: RuleName[] = ['empty', 'truncated', 'no_video'];

/**
 * The command that converts a rejected file to one that Pinterest accepts.
 * @returns undefined when no command can do so: missing media cannot be restored
 */
export function ffmpegFix(rules: RuleName[], facts: FileFacts, limits: VideoLimits): string | undefined {
  if (rules.some((rule) => UNFIXABLE.includes(rule)) || facts.otherKind?.video === false) return undefined;
  const options = [...cut(rules, limits), ...filters(rules, facts, limits), ...encoding(rules, facts, limits)];
  return `ffmpeg -i in.mp4 ${options.join(' ')} -movflags +faststart out.mp4`;
}

const cut = (rules: RuleName[], { maxSeconds }: VideoLimits) =>
  // A stream copy ends at the next key frame or packet. Cut one second earlier to leave room for it.
  rules.includes('too_long') ? ['-t', String(rules.length === 1 ? maxSeconds - 1 : maxSeconds)] : [];

function filters(rules: RuleName[], facts: FileFacts, limits: VideoLimits): string[] {
  const [stream] = playedStreams(facts);
  const chain: string[] = [];
  const shape = stream?.shapes[0];
  if (rules.includes('aspect_ratio') && shape) chain.push(...padding(shape, limits));
  if (rules.includes('too_short')) {
    const missing = Math.ceil(limits.minSeconds - Math.min(...(stream?.durations ?? [0])));
    chain.push(`tpad=stop_mode=clone:stop_duration=${missing}`);
  }
  return chain.length === 0 ? [] : ['-vf', chain.join(',')];
}

/** Pads the picture with bars at the sides or at the top and bottom. Both sides get even lengths. */
function padding(shape: Shape, { minAspectRatio, maxAspectRatio }: VideoLimits): string[] {
  const even = (length: number) => 2 * Math.ceil(length / 2 - 1e-6);
  const [width, height] = [even(shape.width), even(shape.height)];
  const padded = [Math.max(width, even(height * minAspectRatio)), Math.max(height, even(width / maxAspectRatio))];
  return [`scale=${width}:${height}`, 'setsar=1', `pad=${padded.join(':')}:-1:-1`];
}

function encoding(rules: RuleName[], facts: FileFacts, { maxBytes, maxSeconds }: VideoLimits): string[] {
  if (rules.length === 1 && rules[0] === 'too_long') return ['-c', 'copy'];
  const encoder = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  if (!rules.includes('too_large')) return encoder;
  const known = playedStreams(facts).flatMap(({ durations }) => durations);
  const seconds = Math.min(maxSeconds, ...(known.length === 0 ? [] : [Math.max(...known)]));
  const allowed = Math.floor((maxBytes * 8 * VIDEO_SHARE) / Math.max(1, seconds) / 1000);
  const kilobits = Math.max(1, Math.min(MAX_KILOBITS, allowed));
  return [...encoder, '-maxrate', `${kilobits}k`, '-bufsize', `${kilobits}k`];
}
