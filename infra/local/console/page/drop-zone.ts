import { byId } from './element.ts';
import { MetadataField } from './metadata-field.ts';
import { sampleClip } from './server.ts';
import { Transfers } from './transfers.ts';

/** Takes files that are dropped anywhere on the page, or chosen. */
export class DropZone {
  readonly #transfers = new Transfers();
  readonly #metadata = new MetadataField();
  #prefix = '';

  constructor() {
    const input = byId('files', HTMLInputElement);
    input.addEventListener('change', () => {
      this.drop([...(input.files ?? [])]);
      // The same file may be chosen again.
      input.value = '';
    });
    byId('sample', HTMLButtonElement).addEventListener('click', () => void this.#dropSample());
    this.#acceptDrags();
  }

  /** True while npm start is not reachable. */
  set held(held: boolean) {
    this.#transfers.held = held;
  }

  /** Discards the files that are not in the bucket yet: they were meant for another stack. */
  discard(): void {
    this.#transfers.discard();
  }

  /** @param prefix what the keys of all files begin with */
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
    // Each element under the pointer fires dragenter and dragleave. The drag is over when all were left.
    let entered = 0;
    const mark = (change: number) => {
      entered = Math.max(0, entered + change);
      document.body.toggleAttribute('data-dragging', entered > 0);
    };
    // The browser handles dragged text, for instance into the filter.
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
