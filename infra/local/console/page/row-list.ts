import type { UploadRow } from '../wire.ts';
import { button, byId, element, setText } from './element.ts';
import { Filters } from './filters.ts';
import { RowView } from './row-view.ts';
import { isEnded } from './row-words.ts';

/** Rows in the document at most, until more are asked for. */
const STEP = 100;
/** Rows that a page keeps at most which is open for days. */
const KEPT = 2000;

/** The rows, newest first: those that the filters let pass, as many as are asked for. */
export class RowList {
  readonly #list = byId('rows', HTMLOListElement);
  readonly #more = byId('more', HTMLButtonElement);
  readonly #empty = byId('empty', HTMLDivElement);
  readonly #filters = new Filters(() => {
    this.#limit = STEP;
    this.#draw();
  });
  readonly #rows = new Map<string, UploadRow>();
  readonly #views = new Map<string, RowView>();
  readonly #nothingYet: HTMLElement;
  #limit = STEP;
  #drawing = false;
  /** The upload that is to be shown open once it is there. */
  #awaited: string | undefined;

  /** @param nothingYet what stands there before anything was dropped */
  constructor(nothingYet: HTMLElement) {
    this.#nothingYet = nothingYet;
    this.#more.addEventListener('click', () => {
      this.#limit += STEP;
      this.#draw();
    });
    setInterval(() => {
      for (const view of this.#views.values()) view.tick();
    }, 1000);
  }

  /** Takes the place of all rows. */
  replace(rows: UploadRow[]): void {
    this.#rows.clear();
    this.merge(rows);
  }

  /** @returns the rows that ended just now */
  merge(rows: UploadRow[]): UploadRow[] {
    const ended = rows.filter((row) => isEnded(row) && this.#rows.get(row.uploadId)?.state !== row.state);
    for (const row of rows) this.#rows.set(row.uploadId, row);
    this.#drawSoon();
    return ended;
  }

  /** Opens a row and goes there, as soon as there is one. */
  goTo(uploadId: string): void {
    this.#awaited = uploadId;
    this.#filters.clear();
    this.#draw();
  }

  #drawSoon(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const all = [...this.#rows.values()].sort((a, b) => b.timeline.droppedAt.localeCompare(a.timeline.droppedAt));
    for (const row of all.slice(KEPT)) if (isEnded(row)) this.#rows.delete(row.uploadId);
    const matching = this.#filters.apply(all);
    const shown = matching.slice(0, this.#limit);
    const ids = new Set(shown.map(({ uploadId }) => uploadId));
    for (const [uploadId, view] of this.#views) {
      if (ids.has(uploadId)) continue;
      view.root.remove();
      this.#views.delete(uploadId);
    }
    let next = this.#list.firstElementChild;
    for (const row of shown) {
      const view = this.#viewOf(row);
      // What is in its place stays there, with its focus and what is open in it.
      if (view.root === next) next = next.nextElementSibling;
      else this.#list.insertBefore(view.root, next);
    }
    this.#more.hidden = matching.length <= shown.length;
    setText(this.#more, `Show ${Math.min(STEP, matching.length - shown.length)} more of ${matching.length}`);
    this.#showEmpty(all.length, matching.length);
    const awaited = this.#awaited === undefined ? undefined : this.#views.get(this.#awaited);
    if (!awaited) return;
    this.#awaited = undefined;
    awaited.focus();
  }

  #viewOf(row: UploadRow): RowView {
    const before = this.#views.get(row.uploadId);
    if (before) {
      if (before.row !== row) before.update(row);
      return before;
    }
    const view = new RowView(row, (uploadId) => this.goTo(uploadId));
    this.#views.set(row.uploadId, view);
    return view;
  }

  #showEmpty(all: number, matching: number): void {
    const state = all === 0 ? 'nothing' : matching === 0 ? 'no-match' : 'rows';
    document.body.dataset['rows'] = state;
    if (this.#empty.dataset['state'] === state) return;
    this.#empty.dataset['state'] = state;
    if (state === 'rows') this.#empty.replaceChildren();
    else if (state === 'nothing') this.#empty.replaceChildren(this.#nothingYet);
    else {
      const clear = button('Show all', () => {
        this.#filters.clear();
        this.#draw();
      });
      this.#empty.replaceChildren(element('p', {}, 'No upload is like that.'), clear);
    }
  }
}
