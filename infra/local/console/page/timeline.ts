import type { UploadRow } from '../wire.ts';
import { element } from './element.ts';
import { now } from './server-clock.ts';
import { duration } from './wording.ts';

export interface Segment {
  /** Of the class, and of the legend. */
  name: 'queued' | 'uploading' | 'processing';
  words: string;
  milliseconds: number;
  /** It goes on still. */
  open: boolean;
}

const WORDS = { queued: 'in the queue', uploading: 'uploading', processing: 'processing' };

/** The parts of an upload's time so far, by what is known of when each ended. */
export function segmentsOf({ timeline, state }: UploadRow): Segment[] {
  const ended = state === 'succeeded' || state === 'failed';
  const instants = [
    ['queued', timeline.droppedAt, timeline.registeredAt],
    ['uploading', timeline.registeredAt, timeline.uploadedAt],
    ['processing', timeline.uploadedAt, timeline.completedAt],
  ] as const;
  return instants.flatMap(([name, from, to]) => {
    if (from === undefined) return [];
    const end = to ?? timeline.completedAt;
    const milliseconds = Math.max(0, (end === undefined ? now() : Date.parse(end)) - Date.parse(from));
    return [{ name, words: WORDS[name], milliseconds, open: end === undefined && !ended }];
  });
}

export const totalMilliseconds = (segments: Segment[]) =>
  segments.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

/** The picture of an upload's time: each part as long as it took. */
export function timelinePicture(): HTMLElement {
  return element('span', { class: 'timeline', role: 'img' });
}

export function drawTimeline(picture: HTMLElement, row: UploadRow): void {
  const segments = segmentsOf(row);
  while (picture.children.length > segments.length) picture.lastElementChild?.remove();
  segments.forEach(({ name, milliseconds, open }, index) => {
    const part = (picture.children[index] ?? picture.appendChild(element('span'))) as HTMLElement;
    part.className = `segment ${name}${open ? ' open' : ''}`;
    part.style.flexGrow = String(Math.max(1, milliseconds));
  });
  const words = segments.map((segment) => `${segment.words} ${duration(segment.milliseconds)}`).join(', ');
  if (picture.getAttribute('aria-label') !== words) {
    picture.setAttribute('aria-label', words);
    picture.title = words;
  }
}
