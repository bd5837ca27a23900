import type { KnownFailure } from '../../shared/events/events.ts';
import { sidecarKeyOf } from '../../shared/upload/companion-keys.ts';
import type { Verdict } from './inspection/inspect-video.ts';

/** The failure of a file whose sidecar is not a JSON object. */
export const wrongSidecar = (problem: string): KnownFailure => ({
  reason: 'rejected_file',
  message: `${problem} Replace the sidecar or delete it, then retry the drop.`,
  retryable: true,
});

/**
 * The failure of a file that Pinterest would refuse, or whose Pin could not be made.
 * @param key the file's key
 * @param pinProblems one sentence for each mistake in the description of the Pin
 * @returns undefined when nothing is wrong
 */
export function rejection(verdict: Verdict, key: string, pinProblems: string[]): KnownFailure | undefined {
  const isRejected = verdict.verdict === 'rejected';
  if (!isRejected && pinProblems.length === 0) return undefined;
  const parts = [...(isRejected ? [fileMessage(verdict)] : []), ...pinProblems];
  const sidecar = sidecarKeyOf(key);
  if (!isRejected)
    parts.push(
      sidecar === undefined
        ? 'Correct the metadata, then drop the file again.'
        : `Write the correct values into the sidecar ${sidecar}, then retry the drop.`,
    );
  return { reason: 'rejected_file', message: parts.join(' '), retryable: !isRejected && sidecar !== undefined };
}

const fileMessage = ({ message, fix }: Extract<Verdict, { verdict: 'rejected' }>) =>
  `${sentences(message)} ${fix === undefined ? 'Drop a file that Pinterest accepts.' : `Convert it with ${fix} and drop the result.`}`;

const sentences = (clauses: string) => `${clauses.replace(/(^|\. )[a-z]/g, (start) => start.toUpperCase())}.`;
