import { button, element, setText } from './element.ts';

/** Text to be copied. @param label also what it is found again by, when the row is drawn anew */
export function codeBlock(label: string, text: string): HTMLElement {
  return element('div', { class: 'code' }, copyButton(label, text), scrolling(label, element('pre', {}, text)));
}

/** @param what is copied, for who does not see what the button stands beside */
export function copyButton(what: string, text: string): HTMLButtonElement {
  const copy = button(
    'Copy',
    () => {
      navigator.clipboard.writeText(text).then(
        () => setText(copy, 'Copied'),
        () => setText(copy, 'Not allowed to copy'),
      );
    },
    { class: 'button small', title: `Copy: ${what}`, 'data-keep': `copy ${what}` },
  );
  return copy;
}

/** What scrolls must be reachable by keyboard. */
export function scrolling(label: string, child: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': label, 'data-keep': label },
    child,
  );
}
