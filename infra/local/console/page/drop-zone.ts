import { isCompanionKey } from '../../../../shared/upload/companion-keys.ts';
import type { StackInfo } from '../shared/wire.ts';
import { AccountField } from './account-field.ts';
import { companionsFirst, withoutVideo } from './companions.ts';
import { byId, setText } from './element.ts';
import { MetadataField } from './metadata-field.ts';
import { sampleClip } from './server.ts';
import type { Transfer } from './transfer.ts';
import { Transfers } from './transfers.ts';

/** Accepts files that a person drops anywhere on the page, or chooses. */
export class DropZone {
  readonly #transfers = new Transfers(() => this.#showStored());
  readonly #metadata = new MetadataField();
  readonly #account = new AccountField(() => this.#showBucket());
  #bucket = '';
  /** Companions of the last drop whose video was not dropped with them. */
  #alone: Transfer[] = [];

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

  set stack(stack: StackInfo) {
    this.#bucket = stack.bucket;
    this.#account.stack = stack;
    this.#showBucket();
  }

  drop(files: File[]): void {
    if (files.length === 0) return;
    const prefix = this.#account.read();
    const metadata = prefix === undefined ? undefined : this.#metadata.read();
    if (metadata === undefined) return;
    const alone = new Set(withoutVideo(files));
    const transfers = new Map<File, Transfer>();
    this.#alone = [];
    for (const { file, after } of companionsFirst(files)) {
      const before = after.flatMap((companion) => transfers.get(companion) ?? []);
      const isVideo = !isCompanionKey(file.name);
      const transfer = { key: prefix + file.name, file, metadata: isVideo ? metadata : {}, after: before };
      transfers.set(file, transfer);
      if (alone.has(file)) this.#alone.push(transfer);
      this.#transfers.add(transfer);
    }
    this.#showStored();
  }

  #showBucket(): void {
    const prefix = this.#account.prefix ?? '';
    setText(byId('bucket', HTMLElement), `${this.#bucket}${prefix === '' ? '' : `/${prefix}`}`);
  }

  /** Says what became of companions without a video, since no row follows them. */
  #showStored(): void {
    const stored = this.#alone.filter((transfer) => this.#transfers.isStored(transfer));
    const words = stored.map(({ file: { name } }) => {
      const video = name.replace(/\.[^.]+$/, '');
      return `${name} is stored. It gets no row: drop ${video} next, which takes it along.`;
    });
    setText(byId('stored', HTMLParagraphElement), words.join(' '));
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
