import { isEnded } from '../shared/shown-rows.ts';
import type { UploadRow, UploadState } from '../shared/wire.ts';
import { byId, element, setText } from './element.ts';

const among =
  (...states: UploadState[]) =>
  ({ state }: UploadRow) =>
    states.includes(state);

/** Waiting, Uploading and Processing divide Under way, like the parts of the bar in each row. */
const CHOICES = [
  { value: 'all', words: 'All', shows: () => true },
  { value: 'under-way', words: 'Under way', shows: (row: UploadRow) => !isEnded(row) },
  { value: 'waiting', words: 'Waiting', shows: among('dropped', 'waiting') },
  { value: 'uploading', words: 'Uploading', shows: among('taken-up', 'registered', 'uploading') },
  { value: 'processing', words: 'Processing', shows: among('processing') },
  { value: 'succeeded', words: 'Succeeded', shows: among('succeeded') },
  { value: 'failed', words: 'Failed', shows: among('failed') },
] as const;

/** The filters that select the rows to show. */
export class Filters {
  readonly #name = byId('name', HTMLInputElement);
  readonly #account = byId('shown-account', HTMLSelectElement);
  readonly #inputs: HTMLInputElement[] = [];
  readonly #counts: HTMLElement[] = [];

  constructor(onChange: () => void) {
    const states = byId('states', HTMLFieldSetElement);
    for (const { value, words } of CHOICES) {
      const input = element('input', {
        type: 'radio',
        name: 'state',
        value,
        class: 'unseen',
        checked: value === 'all',
      });
      const count = element('span', { class: 'count' });
      states.append(element('label', {}, input, element('span', {}, `${words} `, count)));
      this.#inputs.push(input);
      this.#counts.push(count);
      input.addEventListener('change', onChange);
    }
    this.#name.addEventListener('input', onChange);
    this.#account.addEventListener('change', onChange);
  }

  set accounts(names: string[]) {
    const chosen = this.#account.value;
    this.#account.hidden = names.length < 2;
    const choices = names.map((name) => element('option', { value: name }, name));
    this.#account.replaceChildren(element('option', { value: '' }, 'All accounts'), ...choices);
    this.#account.value = names.includes(chosen) ? chosen : '';
  }

  /** @returns the rows that match, in the same order */
  apply(rows: UploadRow[]): UploadRow[] {
    const wanted = this.#name.value.trim().toLowerCase();
    const chosen = this.#account.value;
    const named = rows.filter(
      ({ key, account }) => key.toLowerCase().includes(wanted) && (chosen === '' || account === chosen),
    );
    let shown = named;
    CHOICES.forEach(({ shows }, index) => {
      const those = named.filter(shows);
      const count = this.#counts[index];
      if (count) setText(count, String(those.length));
      if (this.#inputs[index]?.checked) shown = those;
    });
    return shown;
  }

  clear(): void {
    this.#name.value = '';
    this.#account.value = '';
    const [all] = this.#inputs;
    if (all) all.checked = true;
  }

  focus(): void {
    this.#name.focus();
  }
}
