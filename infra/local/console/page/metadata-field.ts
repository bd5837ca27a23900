import { byId, setText } from './element.ts';

/** A name that S3 accepts for metadata in a header. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** @throws Error that quotes a line if the line is not NAME=VALUE */
function readMetadata(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      const name = line.slice(0, at).trim();
      if (at < 1 || !NAME.test(name)) throw new Error(`“${line.trim()}” is not NAME=VALUE.`);
      return [name.toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
}

/** The text field for the metadata of dropped files. */
export class MetadataField {
  readonly #field = byId('metadata', HTMLTextAreaElement);
  readonly #error = byId('metadata-error', HTMLParagraphElement);

  /** @returns undefined if a line is not NAME=VALUE; an error below the field then quotes the line */
  read(): Record<string, string> | undefined {
    try {
      const metadata = readMetadata(this.#field.value);
      this.#field.removeAttribute('aria-invalid');
      setText(this.#error, '');
      return metadata;
    } catch (error) {
      this.#field.setAttribute('aria-invalid', 'true');
      this.#field.closest('details')?.setAttribute('open', '');
      setText(this.#error, `${(error as Error).message} Nothing was dropped.`);
      this.#field.focus();
      return undefined;
    }
  }
}
