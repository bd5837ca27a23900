import { isEnded } from '../shared/shown-rows.ts';
import type { UploadDetails, UploadRow } from '../shared/wire.ts';
import { codeBlock, copyButton, scrolling } from './code-block.ts';
import { button, element, setText } from './element.ts';
import { logTable } from './log-table.ts';
import { redraw } from './redraw.ts';
import { Retry } from './retry.ts';
import { situation } from './row-words.ts';
import { segmentsOf } from './segments.ts';
import { uploadDetails } from './server.ts';
import { now } from './server-clock.ts';
import { clock, dateAndTime, duration, until } from './wording.ts';

/** The expanded part of a row. It shows all details of one upload. */
export class RowDetails {
  readonly root = element('div', { class: 'details' });
  readonly #uploadId: string;
  readonly #goTo: (uploadId: string) => void;
  readonly #onFocusLost: () => void;
  readonly #retry: Retry;
  #loading = false;
  #stale = false;
  #shown = '';
  /** Functions that update the texts that change as time passes. */
  #ticks: (() => void)[] = [];
  /** Epoch ms of the next delivery attempt. The details are reloaded then, because no event reports a delivery. */
  #dueAt = Number.POSITIVE_INFINITY;

  /** @param onFocusLost called when a redraw removes the element that had the focus */
  constructor(uploadId: string, goTo: (uploadId: string) => void, onFocusLost: () => void) {
    this.#uploadId = uploadId;
    this.#goTo = goTo;
    this.#onFocusLost = onFocusLost;
    this.#retry = new Retry(uploadId, (attempt) => {
      goTo(attempt);
      void this.load();
    });
  }

  /** Reloads the details. A call during a reload starts another reload afterwards. */
  async load(): Promise<void> {
    if (this.#loading) {
      this.#stale = true;
      return;
    }
    this.#loading = true;
    if (this.root.childElementCount === 0) this.root.append(element('p', { class: 'muted' }, 'Loading …'));
    try {
      const details = await uploadDetails(this.#uploadId);
      const text = JSON.stringify(details);
      if (text !== this.#shown) this.#show(details);
      this.#shown = text;
    } catch (error) {
      // Keep the details on the page: the banner says that the connection is lost.
      if (this.#shown === '') this.#showError(error as Error);
    } finally {
      this.#loading = false;
    }
    if (!this.#stale) return;
    this.#stale = false;
    await this.load();
  }

  tick(): void {
    for (const tick of this.#ticks) tick();
    if (now() >= this.#dueAt) void this.load();
  }

  #show(details: UploadDetails): void {
    this.#ticks = [];
    this.#dueAt = Math.min(...details.deliveries.map(({ dueAt }) => dueAt));
    redraw(this.root, this.#parts(details), this.#onFocusLost);
    for (const tick of this.#ticks) tick();
  }

  #showError({ message }: Error): void {
    const again = button('Try again', () => void this.load(), { 'data-keep': 'again' });
    redraw(this.root, [element('p', { class: 'error' }, message), again], this.#onFocusLost);
  }

  *#parts(details: UploadDetails): Generator<HTMLElement> {
    const { row, event, otherEvents, deliveries } = details;
    if (row.state === 'waiting')
      yield block(
        'Waiting',
        this.#ticking('p', () => situation(row)),
      );
    if (row.failure) yield this.#failure(row.failure, details.retriedAs);
    const about = element('div', { class: 'about-it' }, this.#times(row), identity(details));
    yield element('div', { class: 'facts' }, about, stateTable(details));
    if (details.sidecar) yield block('Sidecar', codeBlock('Sidecar', json(details.sidecar)));
    yield block('Final event', event === undefined ? noEvent(row) : codeBlock('Final event', json(event)));
    for (const other of otherEvents) yield block(other['detail-type'], codeBlock(`Event ${other.id}`, json(other)));
    if (deliveries.length > 0) yield block('Not delivered yet', this.#deliveries(deliveries));
    yield block('Log', logTable(details));
  }

  /** An element whose text changes as time passes. */
  #ticking(tag: 'p' | 'li' | 'dd', words: () => string): HTMLElement {
    const made = element(tag);
    this.#ticks.push(() => setText(made, words()));
    return made;
  }

  #failure({ reason, message, retryable }: NonNullable<UploadRow['failure']>, retriedAs?: string): HTMLElement {
    const outlook = retryable
      ? 'A new attempt with the same file can succeed.'
      : 'The same file will probably fail again.';
    const said = element(
      'div',
      {},
      element('code', { class: 'reason' }, reason ?? 'no final event'),
      element('p', {}, message),
      element('p', { class: 'muted' }, outlook),
    );
    if (retriedAs === undefined)
      return element('div', { class: 'failure' }, said, this.#retry.button, this.#retry.said);
    const there = button(retriedAs, () => this.#goTo(retriedAs), { class: 'link', 'data-keep': 'retried' });
    return element('div', { class: 'failure' }, said, element('p', { class: 'retried' }, 'Retried as ', there));
  }

  #times(row: UploadRow): HTMLElement {
    const list = element('dl', { class: 'pairs' });
    segmentsOf(row).forEach(({ name, words, open }, index) => {
      const took = () => `${duration(segmentsOf(row)[index]?.milliseconds ?? 0)}${open ? ' so far' : ''}`;
      list.append(element('dt', { class: `swatch ${name}` }, words), this.#ticking('dd', took));
    });
    list.append(element('dt', {}, 'dropped at'), element('dd', {}, dateAndTime(row.timeline.droppedAt)));
    return block('Times', list);
  }

  #deliveries(deliveries: UploadDetails['deliveries']): HTMLElement {
    const list = element('ul', { class: 'entered' });
    for (const { target, attempts, dueAt } of deliveries) {
      list.append(this.#ticking('li', () => `${target}: tried ${attempts}×, again ${until(dueAt, now())}`));
    }
    return list;
  }
}

const json = (event: unknown) => JSON.stringify(event, null, 2);

function block(title: string, ...children: HTMLElement[]): HTMLElement {
  return element('section', { class: 'block' }, element('h3', {}, title), ...children);
}

const noEvent = (row: UploadRow) =>
  element(
    'p',
    { class: 'muted' },
    isEnded(row)
      ? 'There is no final event: the execution failed before it sent one.'
      : 'The final event appears when the upload has ended.',
  );

/** The ids that find the upload in a log or with the AWS CLI. */
function identity({ row: { uploadId, account, mediaId }, object }: UploadDetails): HTMLElement {
  const list = element('dl', { class: 'pairs' });
  const add = (name: string, ...value: (string | HTMLElement)[]) =>
    list.append(element('dt', {}, name), element('dd', {}, ...value));
  add('upload', element('code', {}, uploadId), ' ', copyButton('upload id', uploadId));
  if (account !== undefined) add('account', account);
  add('media', mediaId ?? 'not registered');
  if (object) {
    add('bucket', object.bucket);
    add('version', object.versionId ?? 'the bucket keeps no versions');
  }
  return block('Upload', list);
}

function stateTable({ states }: UploadDetails): HTMLElement {
  if (states.length === 0) {
    return block(
      'Execution',
      element('p', { class: 'muted' }, 'The execution starts when Pinterest has the file, or when the upload fails.'),
    );
  }
  const list = element('ol', { class: 'entered' });
  for (const { state, enteredAt } of states) {
    list.append(element('li', {}, element('time', {}, clock(enteredAt)), state));
  }
  return block('Execution', scrolling('States of the execution', list));
}
