import type { UploadRow, UploadState } from '../shared/wire.ts';
import { now } from './server-clock.ts';
import { dateAndTime, since, until } from './wording.ts';

const STATE_WORDS: Record<UploadState, string> = {
  dropped: 'Dropped',
  'taken-up': 'Inspecting',
  waiting: 'Waiting',
  registered: 'Registered',
  uploading: 'Uploading',
  processing: 'Processing',
  succeeded: 'Succeeded',
  failed: 'Failed',
};

/** The row's state, with the percentage while it uploads. */
export function stateWords({ state, percent }: UploadRow): string {
  if (state === 'uploading' && percent !== undefined) return `${STATE_WORDS.uploading} ${percent} %`;
  return STATE_WORDS[state];
}

/** Describes the situation of an upload beyond its state, in one sentence or a phrase. */
export function situation({ state, polls, nextAt, because, mediaId, failure, pin, timeline }: UploadRow): string {
  // The media id is unknown if the registration was logged before this npm start.
  const media = mediaId === undefined ? [] : [`Media ${mediaId}`];
  switch (state) {
    case 'dropped':
      return 'In the queue';
    case 'taken-up':
      return 'Inspected before it is registered';
    case 'waiting': {
      // The time comes first, because it changes and a narrow row cuts off the end of the text.
      const again = nextAt === undefined ? [] : [`Next attempt ${until(nextAt, now())}`];
      return [...again, ...(because === undefined ? [] : [because])].join(': ');
    }
    case 'registered':
      return [...media, 'the upload starts'].join(': ');
    case 'uploading':
      return media.join();
    case 'processing': {
      const { uploadedAt } = timeline;
      return [
        ...(uploadedAt === undefined ? [] : [`${since(Date.parse(uploadedAt), now())} since the upload`]),
        polls === 0 ? 'not polled yet' : `polled ${polls}×`,
        nextAt === undefined ? 'polling' : `next ${until(nextAt, now())}`,
      ].join(', ');
    }
    case 'succeeded':
      return [...media, `polled ${polls}×`, ...pinWords(pin)].join(', ');
    case 'failed':
      return failure?.message ?? '';
  }
}

const pinWords = (pin: UploadRow['pin']) =>
  pin === undefined
    ? []
    : 'dueAt' in pin
      ? [`Pin due at ${dateAndTime(pin.dueAt)}`]
      : [pin.published ? `published as Pin ${pin.pinId}` : `no Pin: ${pin.why}`];

/** Says how uploads ended. @param rows at least one ended row, and no others */
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
