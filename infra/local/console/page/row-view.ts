import { sizeInWords } from '../../../../shared/upload/size-words.ts';
import type { UploadRow } from '../shared/wire.ts';
import { element, setText } from './element.ts';
import { RowDetails } from './row-details.ts';
import { situation, stateWords } from './row-words.ts';
import { segmentsOf, totalMilliseconds } from './segments.ts';
import { now } from './server-clock.ts';
import { drawTimeline, timelinePicture } from './timeline.ts';
import { ago, duration } from './wording.ts';

/** One row of the list. */
export class RowView {
  readonly root: HTMLLIElement;
  readonly #details: HTMLDetailsElement;
  readonly #summary: HTMLElement;
  readonly #state = element('span', { class: 'state' });
  readonly #name = element('span', { class: 'name' });
  readonly #account = element('span', { class: 'account', title: 'Pinterest account', hidden: true });
  readonly #situation = element('span', { class: 'situation' });
  readonly #about = element('span', { class: 'about' });
  readonly #took = element('span', { class: 'took' });
  readonly #picture = timelinePicture();
  readonly #opened: RowDetails;
  #row: UploadRow;

  /** @param goTo opens the row of another upload */
  constructor(row: UploadRow, goTo: (uploadId: string) => void) {
    this.#row = row;
    this.#summary = element(
      'summary',
      {},
      this.#state,
      element(
        'span',
        { class: 'what' },
        element('span', { class: 'whose' }, this.#name, this.#account),
        this.#situation,
      ),
      element('span', { class: 'when' }, this.#picture, this.#about),
      this.#took,
    );
    this.#opened = new RowDetails(row.uploadId, goTo, () => this.#summary.focus());
    this.#details = element('details', { class: 'row' }, this.#summary, this.#opened.root);
    this.#details.addEventListener('toggle', () => this.reload());
    this.root = element('li', {}, this.#details);
    this.update(row);
  }

  get row(): UploadRow {
    return this.#row;
  }

  /** True while a person uses the row: it is open or has the focus. */
  get held(): boolean {
    return this.#details.open || this.root.contains(document.activeElement);
  }

  update(row: UploadRow): void {
    this.#row = row;
    this.#details.dataset['state'] = row.state;
    setText(this.#name, row.key);
    this.#name.title = row.key;
    setText(this.#account, row.account ?? '');
    this.#account.hidden = row.account === undefined;
    this.tick();
    this.reload();
  }

  /** Reloads the details if the row is open. */
  reload(): void {
    if (this.#details.open) void this.#opened.load();
  }

  /** Updates the texts and the bar that depend on the current time. */
  tick(): void {
    const row = this.#row;
    setText(this.#state, stateWords(row));
    setText(this.#situation, situation(row));
    setText(this.#took, duration(totalMilliseconds(segmentsOf(row))));
    setText(this.#about, `${sizeInWords(row.sizeBytes)}, ${ago(now() - Date.parse(row.timeline.droppedAt))}`);
    this.#state.style.setProperty('--percent', `${row.percent ?? 0}%`);
    drawTimeline(this.#picture, row);
    if (this.#details.open) this.#opened.tick();
  }

  focus(): void {
    this.#details.open = true;
    this.#summary.focus();
    this.root.scrollIntoView({ block: 'nearest' });
  }
}
