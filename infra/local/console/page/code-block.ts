import { button, element, setText } from './element.ts';

/** Text to be copied. */
export function codeBlock(label: string, text: string): HTMLElement {
  const copy = button(
    'Copy',
    () => {
      navigator.clipboard.writeText(text).then(
        () => setText(copy, 'Copied'),
        () => setText(copy, 'Not allowed to copy'),
      );
    },
    { class: 'button small', 'data-keep': 'copy' },
  );
  return element('div', { class: 'code' }, copy, scrolling(label, element('pre', {}, text)));
}

/** What scrolls must be reachable by keyboard. */
export function scrolling(label: string, child: HTMLElement): HTMLElement {
  return element('div', { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': label }, child);
}
