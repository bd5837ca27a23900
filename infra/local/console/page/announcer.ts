import type { UploadRow } from '../shared/wire.ts';
import { byId } from './element.ts';
import { endedWords } from './row-words.ts';

/** Time to collect changes: a screen reader reads one sentence when a hundred files end within seconds. */
const GATHER_MS = 2000;
/** A screen reader repeats a text only if the element was empty for a moment. */
const CLEARED_MS = 100;

/** Announces changes to people who use a screen reader. */
export class Announcer {
  readonly #root = byId('announcement', HTMLParagraphElement);
  #found: string[] = [];
  #ended: UploadRow[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param words a sentence with the number of rows that match the filters */
  found(words: string): void {
    this.#found = [words];
    this.#soon();
  }

  ended(rows: UploadRow[]): void {
    if (rows.length === 0) return;
    this.#ended.push(...rows);
    this.#soon();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#say(), GATHER_MS);
  }

  #say(): void {
    const words = [...this.#found, ...(this.#ended.length === 0 ? [] : [endedWords(this.#ended)])].join(' ');
    this.#timer = undefined;
    this.#found = [];
    this.#ended = [];
    this.#root.textContent = '';
    setTimeout(() => this.#root.append(words), CLEARED_MS);
  }
}
