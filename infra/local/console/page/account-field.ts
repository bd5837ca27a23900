import type { StackInfo } from '../shared/wire.ts';
import { byId, element, setText } from './element.ts';

/** The field for the Pinterest account of dropped files. It is hidden when there is nothing to choose. */
export class AccountField {
  readonly #root = byId('destination', HTMLDivElement);
  readonly #field = byId('account', HTMLSelectElement);
  readonly #error = byId('account-error', HTMLParagraphElement);
  #stack: Pick<StackInfo, 'prefix' | 'accounts'> = { prefix: '', accounts: [] };

  /** @param onChange called when the person chooses another account */
  constructor(onChange: () => void) {
    this.#field.addEventListener('change', () => {
      this.#showError('');
      onChange();
    });
  }

  set stack(stack: StackInfo) {
    const chosen = this.#field.value;
    const { accounts } = stack;
    this.#stack = stack;
    this.#root.hidden = accounts.length < 2;
    const choices = accounts.map(({ name, prefix }) => element('option', { value: name }, `${name} (${prefix}…)`));
    this.#field.replaceChildren(element('option', { value: '' }, 'Choose an account'), ...choices);
    this.#field.value = accounts.some(({ name }) => name === chosen) ? chosen : '';
  }

  /** The prefix of the keys of dropped files; undefined while the person has to choose an account. */
  get prefix(): string | undefined {
    const { prefix, accounts } = this.#stack;
    if (accounts.length === 0) return prefix;
    const [only] = accounts;
    return accounts.length === 1 ? only?.prefix : accounts.find(({ name }) => name === this.#field.value)?.prefix;
  }

  /** @returns undefined if no account is chosen; an error below the field then says so */
  read(): string | undefined {
    const { prefix } = this;
    this.#showError(prefix === undefined ? 'Choose the account first. Nothing was dropped.' : '');
    if (prefix === undefined) this.#field.focus();
    return prefix;
  }

  #showError(text: string): void {
    if (text === '') this.#field.removeAttribute('aria-invalid');
    else this.#field.setAttribute('aria-invalid', 'true');
    setText(this.#error, text);
  }
}
