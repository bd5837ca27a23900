import { button, element, setText } from './element.ts';
import { retryUpload } from './server.ts';

/** Requests a new attempt. The elements and their message survive a redraw of the row. */
export class Retry {
  readonly said = element('p', { class: 'error', role: 'alert' });
  readonly button: HTMLButtonElement;
  #asked = false;

  /** @param onRetried called with the upload id of the new attempt */
  constructor(uploadId: string, onRetried: (uploadId: string) => void) {
    this.button = button('Retry', () => void this.#ask(uploadId, onRetried), {
      class: 'button primary',
      'data-keep': 'retry',
    });
  }

  async #ask(uploadId: string, onRetried: (uploadId: string) => void): Promise<void> {
    if (this.#asked) return;
    this.#mark(true);
    setText(this.said, '');
    try {
      onRetried(await retryUpload(uploadId));
    } catch (error) {
      setText(this.said, (error as Error).message);
    } finally {
      this.#mark(false);
    }
  }

  /** Sets aria-disabled instead of disabled: a disabled button would lose the focus. */
  #mark(asked: boolean): void {
    this.#asked = asked;
    this.button.ariaDisabled = String(asked);
  }
}
