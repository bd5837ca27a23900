import type { UploadDetails } from '../wire.ts';
import { codeBlock, scrolling } from './code-block.ts';
import { button, element, setText } from './element.ts';
import { logTable } from './log-table.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { retryUpload, uploadDetails } from './server.ts';
import { now } from './server-clock.ts';
import { clock, dateAndTime, duration, until } from './wording.ts';

/** What a row opens to: everything that is known of one upload. */
export class RowDetails {
  readonly root = element('div', { class: 'details' });
  readonly #uploadId: string;
  readonly #onRetried: (uploadId: string) => void;
  #loading = false;
  #stale = false;
  #shown = '';

  constructor(uploadId: string, onRetried: (uploadId: string) => void) {
    this.#uploadId = uploadId;
    this.#onRetried = onRetried;
  }

  /** Asks for it anew. While an answer is awaited the next question waits. */
  async load(): Promise<void> {
    if (this.#loading) {
      this.#stale = true;
      return;
    }
    this.#loading = true;
    if (this.root.childElementCount === 0) this.root.append(element('p', { class: 'muted' }, 'Looking …'));
    try {
      const details = await uploadDetails(this.#uploadId);
      const text = JSON.stringify(details);
      if (text !== this.#shown) this.#show(details);
      this.#shown = text;
    } catch (error) {
      this.#shown = '';
      this.root.replaceChildren(
        element('p', { class: 'error' }, (error as Error).message),
        button('Look again', () => void this.load()),
      );
    } finally {
      this.#loading = false;
    }
    if (!this.#stale) return;
    this.#stale = false;
    await this.load();
  }

  #show(details: UploadDetails): void {
    // Somebody may be reading further down in the log.
    const scrolled = [...this.root.querySelectorAll<HTMLElement>('.scrolls')].map(({ scrollTop }) => scrollTop);
    const focused = this.root.contains(document.activeElement)
      ? document.activeElement?.getAttribute('data-keep')
      : null;
    this.root.replaceChildren(...this.#parts(details));
    this.root.querySelectorAll('.scrolls').forEach((part, index) => {
      part.scrollTop = scrolled[index] ?? 0;
    });
    if (focused) this.root.querySelector<HTMLElement>(`[data-keep="${focused}"]`)?.focus();
  }

  *#parts(details: UploadDetails): Generator<HTMLElement> {
    const { row, event, deliveries } = details;
    if (row.failure) yield this.#failure(row.failure);
    yield element('div', { class: 'facts' }, timeTable(segmentsOf(row), row), stateTable(details));
    yield block(
      'Final event',
      event === undefined
        ? element('p', { class: 'muted' }, 'There is none yet: it comes when the upload has ended.')
        : codeBlock('Final event', JSON.stringify(event, null, 2)),
    );
    if (deliveries.length > 0) yield block('Not delivered yet', deliveryList(deliveries));
    yield block('Log', logTable(details));
  }

  #failure({ reason, message, retryable }: NonNullable<UploadDetails['row']['failure']>): HTMLElement {
    const said = element('p', { class: 'error', role: 'alert' });
    const retry = button(
      'Retry',
      () => {
        retry.disabled = true;
        setText(said, '');
        retryUpload(this.#uploadId)
          .then(this.#onRetried)
          .catch((error: Error) => setText(said, error.message))
          .finally(() => {
            retry.disabled = false;
          });
      },
      { class: 'button primary', 'data-keep': 'retry' },
    );
    const outlook = retryable
      ? 'The same file may succeed in a new attempt.'
      : 'The same file will most likely fail again.';
    return element(
      'div',
      { class: 'failure' },
      element(
        'div',
        {},
        element('code', { class: 'reason' }, reason),
        element('p', {}, message),
        element('p', { class: 'muted' }, outlook),
      ),
      retry,
      said,
    );
  }
}

function block(title: string, ...children: HTMLElement[]): HTMLElement {
  return element('section', { class: 'block' }, element('h3', {}, title), ...children);
}

function timeTable(segments: Segment[], { uploadId, mediaId, timeline }: UploadDetails['row']): HTMLElement {
  const list = element('dl', { class: 'pairs' });
  const add = (name: string, value: string, swatch?: string) =>
    list.append(element('dt', { class: swatch }, name), element('dd', {}, value));
  for (const { name, words, milliseconds, open } of segments) {
    add(words, `${duration(milliseconds)}${open ? ' so far' : ''}`, `swatch ${name}`);
  }
  add('dropped at', dateAndTime(timeline.droppedAt));
  add('upload', uploadId);
  add('media', mediaId ?? 'not registered');
  return block('Times', list);
}

function stateTable({ states }: UploadDetails): HTMLElement {
  if (states.length === 0) {
    return block(
      'Execution',
      element('p', { class: 'muted' }, 'It begins once the file is with Pinterest, or has failed.'),
    );
  }
  const list = element('ol', { class: 'entered' });
  for (const { state, enteredAt } of states) {
    list.append(element('li', {}, element('time', {}, clock(enteredAt)), state));
  }
  return block('Execution', scrolling('States of the execution', list));
}

function deliveryList(deliveries: UploadDetails['deliveries']): HTMLElement {
  const list = element('ul', { class: 'entered' });
  for (const { target, attempts, dueAt } of deliveries) {
    list.append(element('li', {}, `${target}: tried ${attempts}×, again ${until(dueAt, now())}`));
  }
  return list;
}
