import { VIDEO_LIMITS, type VideoLimits } from '../../../shared/pinterest/video-limits.ts';
import { ffmpegFix } from './ffmpeg-fix.ts';
import { type FileFacts, fileFacts, sizeAlone } from './file-facts.ts';
import { BudgetSpentError, ObjectReader, type RangeReader } from './object-reader.ts';
import { RULES, type RuleName } from './rules.ts';

export type Verdict =
  | { verdict: 'accepted' }
  /** The file is uploaded: Pinterest decides. */
  | { verdict: 'unjudged'; why: string }
  | {
      verdict: 'rejected';
      /** The first of the broken rules. */
      rule: RuleName;
      /** All rules that the file certainly breaks. */
      rules: RuleName[];
      /** For each broken rule: what was found, and what Pinterest accepts. */
      message: string;
      /** An ffmpeg command that converts the file to one that fits; absent when no command can. */
      fix?: string;
    };

/**
 * Checks whether an object is a video that Pinterest accepts, before a media is registered. It reads only the headers,
 * with a few ranged reads anywhere in the file: at most 100 reads, and 512 KiB in all. It rejects a file only when a
 * rule is certainly broken.
 * @param object size in bytes, and a function to read the object
 * @throws any error of the object's reader: a source that cannot be read says nothing about the video
 */
export async function inspectVideo(
  { size, read }: { size: number; read: RangeReader },
  limits: Partial<VideoLimits> = {},
): Promise<Verdict> {
  return judge(await look(new ObjectReader(size, read)), { ...VIDEO_LIMITS, ...limits });
}

async function look(reader: ObjectReader): Promise<FileFacts> {
  try {
    return await fileFacts(reader);
  } catch (error) {
    if (reader.failure !== undefined) throw reader.failure;
    const why = error instanceof BudgetSpentError ? 'its index takes too many reads' : 'its index cannot be understood';
    return sizeAlone(reader.size, why);
  }
}

function judge(facts: FileFacts, limits: VideoLimits): Verdict {
  const judged = RULES.map((rule) => ({ rule, judgement: rule.judge(facts, limits) }));
  const broken = judged.flatMap(({ rule, judgement }) => (typeof judgement === 'object' ? [{ rule, judgement }] : []));
  const rules = broken.map(({ rule }) => rule.name);
  const [first] = rules;
  if (first !== undefined) {
    const clauses = broken.map(({ rule, judgement }) => `${judgement.broken}; Pinterest accepts ${rule.takes(limits)}`);
    return {
      verdict: 'rejected',
      rule: first,
      rules,
      message: clauses.join('. '),
      fix: ffmpegFix(rules, facts, limits),
    };
  }
  const unsure = judged.filter(({ judgement }) => judgement === 'unsure').map(({ rule }) => rule.name);
  if (unsure.length === 0 && facts.unseen === undefined) return { verdict: 'accepted' };
  return { verdict: 'unjudged', why: facts.unseen ?? `its headers do not say enough about ${unsure.join(', ')}` };
}
