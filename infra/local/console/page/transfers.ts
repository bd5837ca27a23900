import { sizeInWords } from '../../../../shared/upload/size-words.ts';
import { button, byId, element, setText } from './element.ts';
import { type Refused, RefusedFiles } from './refused-files.ts';
import { putFile } from './server.ts';
import type { Transfer } from './transfer.ts';
import { plural } from './wording.ts';

/** A browser opens at most six connections to a server. The event stream occupies one. */
const AT_ONCE = 3;

/** Sends files from this page to the bucket. Each file in the bucket becomes a row. */
export class Transfers {
  readonly #root = byId('transfers', HTMLDivElement);
  readonly #bar = element('progress', { max: '1', value: '0', 'aria-label': 'Files on their way into the bucket' });
  readonly #words = element('p', {});
  readonly #progress = element(
    'div',
    { class: 'progress', hidden: true },
    this.#bar,
    this.#words,
    button('Cancel', () => this.cancel(), { class: 'button small' }),
  );
  readonly #refused = new RefusedFiles((transfers) => {
    for (const transfer of transfers) this.add(transfer);
  });
  readonly #onStored: () => void;
  readonly #waiting: Transfer[] = [];
  readonly #stored = new WeakSet<Transfer>();
  readonly #under = new Map<Transfer, AbortController>();
  #held = true;
  /** Counts since the last time that no transfer was in progress. */
  #files = { all: 0, done: 0 };
  #bytes = { all: 0, sent: 0 };

  /** @param onStored called each time that the bucket has another file */
  constructor(onStored: () => void) {
    this.#onStored = onStored;
    this.#root.append(this.#progress, this.#refused.root);
    // Ask before the page is closed: this would end the transfers.
    addEventListener('beforeunload', (event) => {
      if (this.#busy) event.preventDefault();
    });
  }

  /** True while npm start is not reachable: files then wait. */
  set held(held: boolean) {
    this.#held = held;
    this.#next();
  }

  add(transfer: Transfer): void {
    if (!this.#busy) {
      this.#files = { all: 0, done: 0 };
      this.#bytes = { all: 0, sent: 0 };
    }
    this.#files.all++;
    this.#bytes.all += transfer.file.size;
    this.#waiting.push(transfer);
    this.#next();
  }

  isStored(transfer: Transfer): boolean {
    return this.#stored.has(transfer);
  }

  /** Shows why a file did not reach the bucket. */
  refuse(refused: Refused): void {
    this.#refused.add(refused);
  }

  /** Stops all transfers. Files that are in the bucket stay there. */
  cancel(): void {
    this.#waiting.length = 0;
    for (const controller of this.#under.values()) controller.abort();
    this.#show();
  }

  /** Stops all transfers, and removes the failed files, which could otherwise be retried. */
  discard(): void {
    this.cancel();
    this.#refused.clear();
  }

  get #busy(): boolean {
    return this.#under.size + this.#waiting.length > 0;
  }

  #next(): void {
    while (!this.#held && this.#under.size < AT_ONCE) {
      const next = this.#waiting.findIndex(({ after }) => after.every((each) => this.#stored.has(each)));
      const [transfer] = next < 0 ? [] : this.#waiting.splice(next, 1);
      if (!transfer) break;
      void this.#send(transfer);
    }
    this.#show();
  }

  async #send(transfer: Transfer): Promise<void> {
    const { file } = transfer;
    const controller = new AbortController();
    this.#under.set(transfer, controller);
    let told = 0;
    const sent = (bytes: number) => {
      this.#bytes.sent += bytes - told;
      told = bytes;
      this.#show();
    };
    try {
      await putFile(transfer, controller.signal, sent);
      this.#stored.add(transfer);
      this.#onStored();
    } catch (error) {
      if (!controller.signal.aborted) this.#refuseWithVideo(transfer, (error as Error).message);
    }
    sent(file.size);
    this.#files.done++;
    this.#under.delete(transfer);
    this.#next();
  }

  /** Refuses a file, and the video that waits for it: it must not go without its companion. */
  #refuseWithVideo(transfer: Transfer, why: string): void {
    this.refuse({ name: transfer.file.name, why, transfer });
    for (const video of this.#waiting.filter(({ after }) => after.includes(transfer))) {
      this.#waiting.splice(this.#waiting.indexOf(video), 1);
      this.#files.done++;
      this.#bytes.sent += video.file.size;
      this.refuse({ name: video.file.name, why: `It waits for ${transfer.file.name}.`, transfer: video });
    }
  }

  #show(): void {
    this.#progress.hidden = !this.#busy;
    this.#bar.value = this.#bytes.all === 0 ? 0 : this.#bytes.sent / this.#bytes.all;
    const { all, done } = this.#files;
    const of = all === 1 ? 'Into the bucket' : `Into the bucket: ${done} of ${plural(all, 'file')}`;
    const waits = this.#held ? ', as soon as npm start answers' : '';
    setText(this.#words, `${of}, ${sizeInWords(this.#bytes.sent)} of ${sizeInWords(this.#bytes.all)}${waits}`);
  }
}
