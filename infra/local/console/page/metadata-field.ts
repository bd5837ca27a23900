import { byId, setText } from './element.ts';

/** What S3 takes as a name of metadata, in a header. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** @throws Error that says which line is none */
export function readMetadata(text: string): Record<string, string> {
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

/** The field for metadata. */
export class MetadataField {
  readonly #field = byId('metadata', HTMLTextAreaElement);
  readonly #error = byId('metadata-error', HTMLParagraphElement);

  /** @returns undefined when there is a line that is none, which the field then says */
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
