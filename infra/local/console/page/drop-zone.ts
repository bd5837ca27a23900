import { isCompanionKey } from '../../../../shared/upload/companion-keys.ts';
import type { StackInfo } from '../shared/wire.ts';
import { AccountField } from './account-field.ts';
import { companionsFirst, withoutVideo } from './companions.ts';
import { byId, setText } from './element.ts';
import { MetadataField } from './metadata-field.ts';
import { sampleClip } from './server.ts';
import type { Transfer } from './transfer.ts';
import { Transfers } from './transfers.ts';

function aloneWords({ name }: File): string {
  const video = name.replace(/\.[^.]+$/, '');
  return `${name} is stored. It gets no row of its own: drop its video, ${video}, next.`;
}

/** Accepts files that a person drops anywhere on the page, or chooses. */
export class DropZone {
  readonly #transfers = new Transfers(() => this.#showStored());
  readonly #metadata = new MetadataField();
  readonly #account = new AccountField(() => this.#showBucket());
  #bucket = '';
  #suffixes: string[] = [];
  /** The transfers of the last drop that get no row, each with the reason. */
  #rowless = new Map<Transfer, string>();

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
    this.#suffixes = stack.suffixes;
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
    this.#rowless.clear();
    for (const { file, after } of companionsFirst(files)) {
      const before = after.flatMap((companion) => transfers.get(companion) ?? []);
      const isVideo = !isCompanionKey(file.name);
      const transfer = { key: prefix + file.name, file, metadata: isVideo ? metadata : {}, after: before };
      transfers.set(file, transfer);
      const reason = alone.has(file) ? aloneWords(file) : isVideo ? this.#excluded(file) : undefined;
      if (reason !== undefined) this.#rowless.set(transfer, reason);
      this.#transfers.add(transfer);
    }
    this.#showStored();
  }

  #showBucket(): void {
    const prefix = this.#account.prefix ?? '';
    setText(byId('bucket', HTMLElement), `${this.#bucket}${prefix === '' ? '' : `/${prefix}`}`);
  }

  /** @returns why the settings exclude a file; undefined when they do not */
  #excluded({ name }: File): string | undefined {
    const suffixes = this.#suffixes;
    if (suffixes.length === 0 || suffixes.some((suffix) => name.toLowerCase().endsWith(suffix))) return undefined;
    return `${name} is stored but not uploaded: only names that end in ${suffixes.join(', ')} are uploaded.`;
  }

  /** Says what became of stored files that get no row. */
  #showStored(): void {
    const stored = [...this.#rowless].filter(([transfer]) => this.#transfers.isStored(transfer));
    setText(byId('stored', HTMLParagraphElement), stored.map(([, reason]) => reason).join(' '));
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
