import type { UploadRow, UploadState } from '../wire.ts';
import { now } from './server-clock.ts';
import { until } from './wording.ts';

export const STATE_WORDS: Record<UploadState, string> = {
  dropped: 'Dropped',
  registered: 'Registered',
  uploading: 'Uploading',
  processing: 'Processing',
  succeeded: 'Succeeded',
  failed: 'Failed',
};

/** What the state's word alone does not say. */
export function stateWords({ state, percent, because }: UploadRow): string {
  if (state === 'uploading' && percent !== undefined) return `${STATE_WORDS.uploading} ${percent} %`;
  if (state === 'dropped' && because !== undefined) return 'Waiting';
  return STATE_WORDS[state];
}

/** What happens with it, in a sentence or less. */
export function situation({ state, polls, nextAt, because, mediaId, failure }: UploadRow): string {
  switch (state) {
    case 'dropped':
      // The time first: it is what changes, and a narrow row cuts the end off.
      if (because !== undefined) return nextAt === undefined ? because : `Again ${until(nextAt, now())}: ${because}`;
      return nextAt === undefined ? 'In the queue' : 'Taken up';
    case 'registered':
      return `Media ${mediaId}: the upload begins`;
    case 'uploading':
      return `Media ${mediaId}`;
    case 'processing': {
      const asked = polls === 0 ? 'Not asked yet' : `Asked ${polls}×`;
      return nextAt === undefined ? `${asked}, asking` : `${asked}, next ${until(nextAt, now())}`;
    }
    case 'succeeded':
      return `Media ${mediaId}, asked ${polls}×`;
    case 'failed':
      return failure?.message ?? '';
  }
}

export const isEnded = ({ state }: UploadRow) => state === 'succeeded' || state === 'failed';
