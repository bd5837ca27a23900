import type { UploadRow } from '../shared/wire.ts';
import { byId } from './element.ts';
import { endedWords } from './row-words.ts';

/** Of a hundred files that end within seconds one sentence is heard, and not the beginnings of a hundred. */
const GATHER_MS = 2000;
/** The same text twice is only read again when there was none in between. */
const CLEARED_MS = 100;

/** Says what happens, for who does not see the rows change. */
export class Announcer {
  readonly #root = byId('announcement', HTMLParagraphElement);
  #found: string[] = [];
  #ended: UploadRow[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param words what the filters let pass now */
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
