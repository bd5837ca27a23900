import { BlockReader, BudgetSpentError, type RangeReader } from './block-reader.ts';
import { type BoxLayout, boxLayout } from './boxes.ts';
import { containerOf } from './container.ts';
import { PINTEREST_LIMITS, RULES, type RuleName, type VideoLimits } from './rules.ts';
import { videoFacts } from './video-facts.ts';

export type Verdict =
  | { verdict: 'accepted' }
  /** It goes through: Pinterest has the last word. */
  | { verdict: 'unjudged'; why: string }
  | { verdict: 'rejected'; rule: RuleName; message: string };

/** Of an object of any size, no more than this is read. */
const BUDGET_BYTES = 512 * 1024;

const rejected = (rule: RuleName, found: string, takes: string): Verdict => ({
  verdict: 'rejected',
  rule,
  message: `${found}; Pinterest takes ${takes}`,
});

/**
 * Looks whether an object is a video that Pinterest takes, before anything is registered: by its size, and by a few
 * ranged reads of its index, wherever in the file that is.
 * @param object size in bytes, and how to read it
 * @throws what the object's reader throws: a source that cannot be read says nothing about the video
 */
export async function inspectVideo(
  { size, read }: { size: number; read: RangeReader },
  limits: Partial<VideoLimits> = {},
): Promise<Verdict> {
  const allowed = { ...PINTEREST_LIMITS, ...limits };
  if (size === 0) return rejected('empty', 'the file is empty', 'videos');
  if (size > allowed.maxBytes)
    return rejected('too_large', `the file has ${sizeInWords(size)}`, `at most ${sizeInWords(allowed.maxBytes)}`);
  const reader = new BlockReader(size, read, BUDGET_BYTES);
  try {
    return await judge(reader, allowed);
  } catch (error) {
    if (reader.failure !== undefined) throw reader.failure;
    const why =
      error instanceof BudgetSpentError ? 'its index is too large to be read' : 'its index cannot be understood';
    return { verdict: 'unjudged', why };
  }
}

async function judge(reader: BlockReader, limits: VideoLimits): Promise<Verdict> {
  const container = containerOf(await reader.read(0, Math.min(reader.size, 256)));
  if (container !== 'iso-bmff') return rejected('container', `the file is ${container}`, 'MP4, M4V and MOV');
  const layout: BoxLayout | undefined = await boxLayout(reader);
  if (layout?.truncated) {
    return rejected('truncated', 'the file is cut off: its end, or the index of the video, is missing', 'whole files');
  }
  const facts = await videoFacts(reader);
  for (const { name, takes, broken } of RULES) {
    const found = broken(facts, limits);
    if (found !== undefined) return rejected(name, found, takes(limits));
  }
  const unknown = [facts.codec, facts.duration, facts.width].includes(undefined);
  return unknown ? { verdict: 'unjudged', why: 'its index does not say everything' } : { verdict: 'accepted' };
}

function sizeInWords(bytes: number): string {
  const [unit, name] = bytes < 1024 ** 3 ? [1024 ** 2, 'MB'] : [1024 ** 3, 'GB'];
  return `${Math.round((bytes / unit) * 100) / 100} ${name}`;
}
