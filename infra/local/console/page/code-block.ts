import { button, element, setText } from './element.ts';

/** Text with a copy button. @param label identifies the block across redraws of the row */
export function codeBlock(label: string, text: string): HTMLElement {
  return element('div', { class: 'code' }, copyButton(label, text), scrolling(label, element('pre', {}, text)));
}

/** @param what name of the text that the button copies; also the button's tooltip */
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

/** A scrollable region that the keyboard can reach. */
export function scrolling(label: string, child: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': label, 'data-keep': label },
    child,
  );
}
