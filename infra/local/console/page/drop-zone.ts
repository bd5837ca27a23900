import { byId } from './element.ts';
import { MetadataField } from './metadata-field.ts';
import { Transfers } from './transfers.ts';

/** Takes files: dropped anywhere on the page, or chosen. */
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
      const clip = await (await fetch('/sample.mp4')).blob();
      this.drop([new File([clip], 'sample.mp4', { type: 'video/mp4' })]);
    } catch {
      this.#transfers.refuse('sample.mp4', 'npm start does not answer. Is it still running in its terminal?');
    }
  }

  #acceptDrags(): void {
    // Each element on the way tells of entering and leaving: only when all were left the drag is gone.
    let entered = 0;
    const mark = (change: number) => {
      entered = Math.max(0, entered + change);
      document.body.toggleAttribute('data-dragging', entered > 0);
    };
    addEventListener('dragenter', (event) => {
      event.preventDefault();
      mark(1);
    });
    addEventListener('dragleave', () => mark(-1));
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', (event) => {
      event.preventDefault();
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
        this.#transfers.refuse(file.name, 'It is a folder: drop the files in it.');
      else files.push(file);
    }
    this.drop(files);
  }
}
