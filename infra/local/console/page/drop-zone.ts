import { byId } from './element.ts';
import { MetadataField } from './metadata-field.ts';
import { sampleClip } from './server.ts';
import { Transfers } from './transfers.ts';

/** Accepts files that a person drops anywhere on the page, or chooses. */
export class DropZone {
  readonly #transfers = new Transfers();
  readonly #metadata = new MetadataField();
  #prefix = '';

  constructor() {
    const input = byId('files', HTMLInputElement);
    input.addEventListener('change', () => {
      this.drop([...(input.files ?? [])]);
      // Reset the input: otherwise choosing the same file again fires no event.
      input.value = '';
    });
    byId('sample', HTMLButtonElement).addEventListener('click', () => void this.#dropSample());
    this.#acceptDrags();
  }

  /** True while npm start is not reachable: files then wait. */
  set held(held: boolean) {
    this.#transfers.held = held;
  }

  /** Discards the files that are not in the bucket yet, because they were dropped for another stack. */
  discard(): void {
    this.#transfers.discard();
  }

  /** @param prefix prepended to the name of every file to make its key */
  set prefix(prefix: string) {
    this.#prefix = prefix;
  }

  drop(files: File[]): void {
    const metadata = this.#metadata.read();
    if (metadata) for (const file of files) this.#transfers.add({ key: this.#prefix + file.name, file, metadata });
  }

  async #dropSample(): Promise<void> {
    try {
      this.drop([await sampleClip()]);
    } catch (error) {
      this.#transfers.refuse({ name: 'sample.mp4', why: (error as Error).message });
    }
  }

  #acceptDrags(): void {
    // Each element under the pointer fires dragenter and dragleave. The drag has left the page when the count is 0.
    let entered = 0;
    const mark = (change: number) => {
      entered = Math.max(0, entered + change);
      document.body.toggleAttribute('data-dragging', entered > 0);
    };
    // Ignore dragged text: the browser handles it, for example in the filter field.
    const on = (name: 'dragenter' | 'dragleave' | 'dragover' | 'drop', act: (event: DragEvent) => void) =>
      addEventListener(name, (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        act(event);
      });
    on('dragenter', () => mark(1));
    on('dragleave', () => mark(-1));
    on('dragover', () => {});
    on('drop', (event) => {
      mark(-entered);
      this.#dropItems([...(event.dataTransfer?.items ?? [])]);
    });
  }

  #dropItems(items: DataTransferItem[]): void {
    const files: File[] = [];
    for (const item of items) {
      const file = item.getAsFile();
      if (!file) continue;
      if (item.webkitGetAsEntry()?.isDirectory)
        this.#transfers.refuse({ name: file.name, why: 'This is a folder. Drop the files in it instead.' });
      else files.push(file);
    }
    this.drop(files);
  }
}
