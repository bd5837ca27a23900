import { button, element, setText } from './element.ts';

/** Text with a copy button. @param label also identifies the block when the row is redrawn */
export function codeBlock(label: string, text: string): HTMLElement {
  return element('div', { class: 'code' }, copyButton(label, text), scrolling(label, element('pre', {}, text)));
}

/** @param what the button copies, for people who use a screen reader */
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

/** A region that scrolls, and that the keyboard can reach. */
export function scrolling(label: string, child: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': label, 'data-keep': label },
    child,
  );
}
