import { extentOf, isEnded, newestFirst, shownRows } from '../shared/shown-rows.ts';
import type { Overview, UploadRow } from '../shared/wire.ts';
import type { Announcer } from './announcer.ts';
import { button, byId, element, setText } from './element.ts';
import { Filters } from './filters.ts';
import { RowView } from './row-view.ts';
import { plural } from './wording.ts';

/** Number of rows in the document at first, and that each click on the button adds. */
const STEP = 100;

/** The rows that match the filters, newest first. */
export class RowList {
  readonly #list = byId('rows', HTMLOListElement);
  readonly #more = byId('more', HTMLButtonElement);
  readonly #empty = byId('empty', HTMLDivElement);
  readonly #extent = byId('extent', HTMLParagraphElement);
  readonly #noMatch = element('p');
  readonly #filters = new Filters(() => this.#filter());
  readonly #rows = new Map<string, UploadRow>();
  readonly #views = new Map<string, RowView>();
  readonly #nothingYet: HTMLElement;
  readonly #announcer: Announcer;
  #totals = { underWay: 0, succeeded: 0, failed: 0 };
  #limit = STEP;
  #drawing = false;
  /** Id of the upload whose row is opened when the row appears. */
  #awaited: string | undefined;

  /** @param nothingYet the help to show before the first drop */
  constructor(nothingYet: HTMLElement, announcer: Announcer) {
    this.#nothingYet = nothingYet;
    this.#announcer = announcer;
    this.#more.addEventListener('click', () => this.#showMore());
    setInterval(() => {
      for (const view of this.#views.values()) view.tick();
    }, 1000);
  }

  /** Counts of all uploads. There can be more uploads than rows. */
  set totals({ underWay, succeeded, failed }: Overview) {
    this.#totals = { underWay, succeeded, failed };
    this.#drawSoon();
  }

  /** Names of the Pinterest accounts. A person can filter by them if there are several. */
  set accounts(names: string[]) {
    this.#filters.accounts = names;
    this.#drawSoon();
  }

  /** Replaces all rows, except ended rows that are open or have the focus. */
  replace(rows: UploadRow[]): void {
    const read = [...this.#views.values()].filter((view) => view.held && isEnded(view.row)).map(({ row }) => row);
    this.#rows.clear();
    for (const row of read) this.#rows.set(row.uploadId, row);
    this.merge(rows);
    for (const view of this.#views.values()) view.reload();
  }

  /** Adds or updates rows. @returns the rows that have just ended */
  merge(rows: UploadRow[]): UploadRow[] {
    const added = new Set(rows.filter(({ uploadId }) => !this.#rows.has(uploadId)).map(({ key }) => key));
    const ended = rows.filter((row) => isEnded(row) && this.#rows.get(row.uploadId)?.state !== row.state);
    for (const row of rows) this.#rows.set(row.uploadId, row);
    // Reload the details of a failed upload: they link to its new attempt.
    for (const view of this.#views.values()) if (added.has(view.row.key)) view.reload();
    this.#drawSoon();
    return ended;
  }

  /** Removes all rows, even rows that are open or have the focus, because the page now shows another stack. */
  clear(): void {
    this.#rows.clear();
    this.#draw('nothing');
  }

  /** Opens the row of an upload and moves the focus there, as soon as the row exists. */
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

  #filter(): void {
    this.#limit = STEP;
    const matching = this.#draw('nothing');
    this.#announcer.found(matching === 0 ? `${this.#noMatch.textContent}` : `${plural(matching, 'upload')} shown.`);
  }

  #showMore(): void {
    const last = this.#list.lastElementChild;
    this.#limit += STEP;
    this.#draw();
    // The button may be hidden now: move the keyboard focus to the first new row.
    last?.nextElementSibling?.querySelector('summary')?.focus();
  }

  /**
   * @param keeps `held` keeps rows that are open or have the focus, even if they no longer match the filters
   * @returns the number of matching rows
   */
  #draw(keeps: 'held' | 'nothing' = 'held'): number {
    const held = keeps === 'held' ? [...this.#views.values()].filter((view) => view.held) : [];
    const all = this.#kept(held);
    const matching = this.#filters.apply(all);
    const drawn = new Set(matching.slice(0, this.#limit));
    for (const { row } of held) drawn.add(this.#rows.get(row.uploadId) ?? row);
    this.#place([...drawn].sort(newestFirst));
    this.#more.hidden = matching.length <= this.#limit;
    setText(this.#more, `Show ${Math.min(STEP, matching.length - this.#limit)} more of ${matching.length}`);
    this.#showEmpty(all, drawn.size);
    const awaited = this.#awaited === undefined ? undefined : this.#views.get(this.#awaited);
    if (awaited) {
      this.#awaited = undefined;
      awaited.focus();
    }
    return matching.length;
  }

  /** Drops rows beyond the limits, except held rows. @returns the rows within the limits */
  #kept(held: RowView[]): UploadRow[] {
    const shown = shownRows(this.#rows.values());
    if (shown.length === this.#rows.size) return shown;
    const kept = new Set([...shown, ...held.map(({ row }) => row)].map(({ uploadId }) => uploadId));
    for (const uploadId of this.#rows.keys()) if (!kept.has(uploadId)) this.#rows.delete(uploadId);
    return shown;
  }

  #place(rows: UploadRow[]): void {
    const ids = new Set(rows.map(({ uploadId }) => uploadId));
    for (const [uploadId, view] of this.#views) {
      if (ids.has(uploadId)) continue;
      view.root.remove();
      this.#views.delete(uploadId);
    }
    let next = this.#list.firstElementChild;
    for (const row of rows) {
      const view = this.#viewOf(row);
      // Do not move a row that is already in its place, so that it keeps its focus and its open parts.
      if (view.root === next) next = next.nextElementSibling;
      else this.#list.insertBefore(view.root, next);
    }
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

  #showEmpty(all: UploadRow[], drawn: number): void {
    const extent = extentOf(all, this.#totals);
    setText(this.#extent, extent === '' ? '' : `You see ${extent}.`);
    setText(this.#noMatch, extent === '' ? 'No upload matches.' : `No upload matches among ${extent}.`);
    const state = all.length === 0 ? 'nothing' : drawn === 0 ? 'no-match' : 'rows';
    document.body.dataset['rows'] = state;
    if (this.#empty.dataset['state'] === state) return;
    this.#empty.dataset['state'] = state;
    if (state === 'rows') this.#empty.replaceChildren();
    else if (state === 'nothing') this.#empty.replaceChildren(this.#nothingYet);
    else {
      const clear = button('Show all', () => {
        this.#filters.clear();
        this.#filter();
        // The button is removed: move the focus to the filter field.
        this.#filters.focus();
      });
      this.#empty.replaceChildren(this.#noMatch, clear);
    }
  }
}
