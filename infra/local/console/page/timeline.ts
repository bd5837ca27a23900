import type { UploadRow } from '../shared/wire.ts';
import { element } from './element.ts';
import { barLength, segmentsOf, totalMilliseconds } from './segments.ts';
import { duration } from './wording.ts';

/** A bar whose segments are proportional to their durations. */
export function timelinePicture(): HTMLElement {
  return element('span', { class: 'timeline', role: 'img' }, element('span', { class: 'segments' }));
}

export function drawTimeline(picture: HTMLElement, row: UploadRow): void {
  const segments = segmentsOf(row);
  const bar = picture.firstElementChild as HTMLElement;
  bar.style.width = `${100 * barLength(totalMilliseconds(segments))}%`;
  while (bar.children.length > segments.length) bar.lastElementChild?.remove();
  segments.forEach(({ name, milliseconds, open }, index) => {
    const part = (bar.children[index] ?? bar.appendChild(element('span'))) as HTMLElement;
    part.className = `segment ${name}${open ? ' open' : ''}`;
    part.style.flexGrow = String(Math.max(1, milliseconds));
  });
  const words = segments.map((segment) => `${segment.words} ${duration(segment.milliseconds)}`).join(', ');
  if (picture.getAttribute('aria-label') !== words) {
    picture.setAttribute('aria-label', words);
    picture.title = words;
  }
}
