import { button, byId, element, setText } from './element.ts';
import { putFile } from './server.ts';
import { plural, size } from './wording.ts';

interface Transfer {
  key: string;
  file: File;
  metadata: Record<string, string>;
}

/** A browser has six connections to one server, and one of them listens. */
const AT_ONCE = 3;

/** The files on their way from this page into the bucket. Once there, each is a row. */
export class Transfers {
  readonly #root = byId('transfers', HTMLDivElement);
  readonly #bar = element('progress', { max: '1', value: '0', 'aria-label': 'Files on their way into the bucket' });
  readonly #words = element('p', {});
  readonly #refused = element('ul', { class: 'refused', role: 'list', 'aria-label': 'Files that did not get there' });
  readonly #waiting: Transfer[] = [];
  readonly #under = new Set<Transfer>();
  /** Of the files since there was last nothing to do. */
  #files = { all: 0, done: 0 };
  #bytes = { all: 0, sent: 0 };

  constructor() {
    this.#root.append(this.#refused);
  }

  add(transfer: Transfer): void {
    if (this.#under.size === 0) {
      this.#files = { all: 0, done: 0 };
      this.#bytes = { all: 0, sent: 0 };
    }
    this.#files.all++;
    this.#bytes.all += transfer.file.size;
    this.#waiting.push(transfer);
    this.#next();
  }

  /** Says that a file does not go. */
  refuse(name: string, why: string, again?: Transfer): void {
    const item = element('li', {}, element('span', { class: 'error', role: 'alert' }, `${name}: ${why}`));
    const act = (label: string, then: () => void) =>
      button(
        label,
        () => {
          item.remove();
          then();
        },
        { class: 'button small' },
      );
    if (again) item.append(act('Try again', () => this.add(again)));
    item.append(act('Dismiss', () => {}));
    this.#refused.append(item);
  }

  #next(): void {
    while (this.#under.size < AT_ONCE) {
      const transfer = this.#waiting.shift();
      if (!transfer) break;
      this.#under.add(transfer);
      void this.#send(transfer);
    }
    this.#show();
  }

  async #send(transfer: Transfer): Promise<void> {
    const { key, file, metadata } = transfer;
    let told = 0;
    const sent = (bytes: number) => {
      this.#bytes.sent += bytes - told;
      told = bytes;
      this.#show();
    };
    try {
      await putFile(key, file, metadata, sent);
    } catch (error) {
      this.refuse(file.name, (error as Error).message, transfer);
    }
    sent(file.size);
    this.#files.done++;
    this.#under.delete(transfer);
    this.#next();
  }

  #show(): void {
    if (this.#under.size === 0) {
      this.#bar.remove();
      this.#words.remove();
      return;
    }
    if (!this.#bar.isConnected) this.#root.prepend(this.#bar, this.#words);
    this.#bar.value = this.#bytes.all === 0 ? 0 : this.#bytes.sent / this.#bytes.all;
    const { all, done } = this.#files;
    const of = all === 1 ? 'Into the bucket' : `Into the bucket: ${done} of ${plural(all, 'file')}`;
    setText(this.#words, `${of}, ${size(this.#bytes.sent)} of ${size(this.#bytes.all)}`);
  }
}
