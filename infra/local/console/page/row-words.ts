import type { UploadRow, UploadState } from '../shared/wire.ts';
import { now } from './server-clock.ts';
import { until } from './wording.ts';

const STATE_WORDS: Record<UploadState, string> = {
  dropped: 'Dropped',
  'taken-up': 'Taken up',
  waiting: 'Waiting',
  registered: 'Registered',
  uploading: 'Uploading',
  processing: 'Processing',
  succeeded: 'Succeeded',
  failed: 'Failed',
};

/** What the state's word alone does not say. */
export function stateWords({ state, percent }: UploadRow): string {
  if (state === 'uploading' && percent !== undefined) return `${STATE_WORDS.uploading} ${percent} %`;
  return STATE_WORDS[state];
}

/** What happens with it, in a sentence or less. */
export function situation({ state, polls, nextAt, because, mediaId, failure, pin }: UploadRow): string {
  // It is not known of one whose registration was logged before anybody listened.
  const media = mediaId === undefined ? [] : [`Media ${mediaId}`];
  switch (state) {
    case 'dropped':
      return 'In the queue';
    case 'taken-up':
      return 'Looked into before it is registered';
    case 'waiting': {
      // The time first: it is what changes, and a narrow row cuts the end off.
      const again = nextAt === undefined ? [] : [`Again ${until(nextAt, now())}`];
      return [...again, ...(because === undefined ? [] : [because])].join(': ');
    }
    case 'registered':
      return [...media, 'the upload begins'].join(': ');
    case 'uploading':
      return media.join();
    case 'processing': {
      const asked = polls === 0 ? 'Not asked yet' : `Asked ${polls}×`;
      return nextAt === undefined ? `${asked}, asking` : `${asked}, next ${until(nextAt, now())}`;
    }
    case 'succeeded':
      return [...media, `asked ${polls}×`, ...pinWords(pin)].join(', ');
    case 'failed':
      return failure?.message ?? '';
  }
}

const pinWords = (pin: UploadRow['pin']) =>
  pin === undefined ? [] : [pin.published ? `published as Pin ${pin.pinId}` : `no Pin: ${pin.why}`];

/** @param rows that have ended, at least one */
export function endedWords(rows: UploadRow[]): string {
  const failed = rows.filter(({ state }) => state === 'failed');
  const why = failed.slice(0, 1).map(({ key, failure }) => `${key} failed: ${failure?.message ?? ''}`);
  const [first] = rows;
  if (rows.length === 1) return why[0] ?? `${first?.key} succeeded.`;
  const counts = [
    `${rows.length - failed.length} succeeded`,
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
  ];
  return [`${rows.length} uploads have ended: ${counts.join(', ')}.`, ...why].join(' ');
}
