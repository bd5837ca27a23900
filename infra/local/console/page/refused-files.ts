import { scrolling } from './code-block.ts';
import { button, byId, element, setText } from './element.ts';
import type { Transfer } from './transfer.ts';

export interface Refused {
  name: string;
  /** The reason, as a sentence. */
  why: string;
  /** Set if the transfer can be retried. */
  transfer?: Transfer;
}

/** One alert for all files that did not reach the bucket. */
export class RefusedFiles {
  readonly root = element('div', { class: 'refused', hidden: true });
  readonly #said = element('p', { class: 'error', role: 'alert' });
  readonly #list = element('ul', { class: 'names', role: 'list' });
  readonly #names = scrolling('Files that did not reach the bucket', this.#list);
  readonly #again = button('', () => this.#tryAgain(), { class: 'button small' });
  readonly #dismiss = button('', () => this.#leave(), { class: 'button small' });
  readonly #onAgain: (transfers: Transfer[]) => void;
  #files: Refused[] = [];

  constructor(onAgain: (transfers: Transfer[]) => void) {
    this.#onAgain = onAgain;
    this.root.append(this.#said, this.#again, this.#dismiss, this.#names);
  }

  add(refused: Refused): void {
    this.#files.push(refused);
    this.#list.append(element('li', {}, sentence(refused)));
    this.#show();
  }

  clear(): void {
    this.#files = [];
    this.#list.replaceChildren();
    this.#show();
  }

  #tryAgain(): void {
    const transfers = this.#files.flatMap(({ transfer }) => transfer ?? []);
    this.#leave();
    this.#onAgain(transfers);
  }

  /** Clears the alert. The pressed button disappears, so the keyboard focus moves to the file input. */
  #leave(): void {
    this.clear();
    byId('files', HTMLInputElement).focus();
  }

  #show(): void {
    const [first, ...others] = this.#files;
    const one = others.length === 0;
    this.root.hidden = first === undefined;
    this.#names.hidden = one;
    this.#again.hidden = !this.#files.some(({ transfer }) => transfer);
    setText(this.#again, one ? 'Try again' : 'Try all again');
    setText(this.#dismiss, one ? 'Dismiss' : 'Dismiss all');
    if (!first) setText(this.#said, '');
    else setText(this.#said, one ? sentence(first) : `${this.#files.length} files did not reach the bucket.`);
  }
}

const sentence = ({ name, why }: Refused) => `${name}: ${why}`;
