import { setTimeout as sleep } from 'node:timers/promises';
import type { FinalEventDetail } from '../../../shared/events/events.ts';
import { DETAIL_TYPE } from '../../../shared/events/names.ts';
import type { PinEventDetail } from '../../../shared/events/pin/pin-events.ts';
import { isCompanionKey } from '../../../shared/upload/companion-keys.ts';
import { readNotification } from '../../../shared/upload/notification.ts';
import type { LocalStack } from '../aws/local-stack.ts';
import type { EventEnvelope, Observation } from '../aws/observation.ts';
import type { Unfinished } from '../aws/unfinished.ts';
import type { CommandLine } from './command-line.ts';
import { type DroppedFile, dropFiles } from './drop-files.ts';
import { dropOrder } from './drop-order.ts';
import { type KeyFilter, whyKeyIgnored } from './key-filter.ts';
import type { Target } from './target.ts';
import { exampleSentence } from './terminal/example-lines.ts';
import type { Person } from './terminal/person.ts';
import {
  companionSentence,
  deliverySentence,
  finalSentence,
  ignoredSentence,
  invitation,
  leftSentence,
  pinSentence,
  unrecoveredSentence,
  welcome,
} from './terminal/sentences.ts';
import { uploadProgress } from './terminal/upload-progress.ts';

/** The documented exit codes. Exit code 2 (wrong usage) is decided before a session starts. */
const ALL_SUCCEEDED = 0;
const ONE_FAILED = 1;

/** Interval at which the run checks whether the examples have finished. */
const LOOK_AGAIN_MS = 100;
/** The run waits for work that is running or due within this time. The next run continues the remaining work. */
const PATIENCE_MS = 30_000;

export interface SessionOptions extends Pick<CommandLine, 'files' | 'metadata'> {
  /** Prefix of the keys of the files. */
  prefix: string;
  /** Which keys are uploaded. */
  filter: KeyFilter;
}

/** One run of `npm start`: shows the user what happens, and decides when the run ends. */
export class Session {
  readonly #person: Person;
  readonly #options: SessionOptions;
  readonly #target: Target;
  readonly #progress = uploadProgress();
  /** Final events by object version. A final event can arrive before the response to the put. */
  readonly #ended = new Map<string, FinalEventDetail>();
  /** Keys of the puts that no upload follows. */
  readonly #ignored = new Set<string>();
  /** Uploads whose Pin failed. */
  readonly #pinless = new Set<string>();
  #changed: () => void = () => {};

  constructor(person: Person, options: SessionOptions, target: Target) {
    this.#person = person;
    this.#options = options;
    this.#target = target;
  }

  starting(): void {
    this.#person.say(welcome(this.#target));
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'function-log':
        this.#logged(observation.line);
        break;
      case 'function-failed':
        this.#person.say(`The function ${observation.functionName} failed (${observation.why}). Its work is retried.`);
        break;
      case 'delivery-failed':
        this.#person.say(deliverySentence(observation));
        break;
      case 'version-unrecovered':
        this.#person.say(unrecoveredSentence(observation));
        break;
      case 'put-ignored':
        this.#ignore(observation.key);
        break;
      case 'put-notified':
        for (const { key } of readNotification(observation.body).drops) {
          if (whyKeyIgnored(key, this.#options.filter)) this.#ignore(key);
        }
        break;
      case 'event-put':
        this.#finalEvent(observation.envelope);
        break;
    }
  }

  #logged(line: string): void {
    const row = this.#progress(line);
    if (row) this.#person.show(row);
    const sentence = exampleSentence(line);
    if (sentence) this.#person.say(sentence);
  }

  /**
   * @param consoleUrl undefined without the console
   * @returns the exit code, after all files have their final event or the user stops the run
   */
  async live(stack: LocalStack, consoleUrl?: string): Promise<number> {
    const interrupted = new Promise<number>((resolve) => {
      // Ctrl+C sends SIGINT twice: once from the terminal, and once from npm, which forwards it. The second SIGINT must
      // not end the process before the stack has stopped.
      process.on('SIGINT', () => resolve(130));
      process.on('SIGTERM', () => resolve(143));
    });
    const code = await Promise.race([
      interrupted,
      this.#options.files.length === 0 ? this.#stayUp(stack, consoleUrl) : this.#drop(stack),
    ]);
    if (code > 128)
      this.#person.say('Stopped. The dropped files are kept, and the next npm start continues with them.');
    return code;
  }

  #stayUp(stack: LocalStack, consoleUrl: string | undefined): Promise<never> {
    this.#person.say(...invitation(stack, consoleUrl, this.#options.filter));
    return new Promise(() => {});
  }

  async #drop(stack: LocalStack): Promise<number> {
    const name = stack.outputs['DropBucketName'] ?? '';
    const { endpoint, region, accessKey } = stack;
    const { files, metadata, prefix } = this.#options;
    const awaited: DroppedFile[] = [];
    const stored: string[] = [];
    const onDropping = (file: string) => this.#person.say(`Dropping ${file}`);
    const bucket = { endpoint, name, region, accessKey, prefix };
    for await (const dropped of dropFiles(await dropOrder(files), bucket, metadata, onDropping)) {
      if (isCompanionKey(dropped.key)) stored.push(dropped.key);
      else awaited.push(dropped);
    }
    if (awaited.length === 0) for (const key of stored) this.#person.say(companionSentence(key));
    while (awaited.some((file) => !this.#ended.has(identity(file)) && !this.#ignored.has(file.key))) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    const uploads = awaited.flatMap((file) => this.#ended.get(identity(file)) ?? []);
    await this.#examplesDone(stack, uploads);
    const failed = uploads.some(({ uploadId, status }) => status === 'failed' || this.#pinless.has(uploadId));
    return failed || uploads.length < awaited.length ? ONE_FAILED : ALL_SUCCEEDED;
  }

  /** Waits while the examples process these uploads. Later retries are left to the next run. */
  async #examplesDone(stack: LocalStack, uploads: FinalEventDetail[]): Promise<void> {
    const keys = new Map(uploads.map(({ uploadId, object }) => [uploadId, object.key]));
    const uploadIds = new Set(keys.keys());
    const isSoon = ({ againAt = 0 }: Unfinished) => againAt < Date.now() + PATIENCE_MS;
    while (stack.unfinished(uploadIds).some(isSoon)) await sleep(LOOK_AGAIN_MS);
    for (const each of stack.unfinished(uploadIds)) {
      this.#person.say(leftSentence(keys.get(each.uploadId ?? '') ?? '', each));
    }
  }

  #ignore(key: string): void {
    this.#person.say(ignoredSentence(key, this.#options.filter));
    this.#ignored.add(key);
    this.#changed();
  }

  #pinEvent(detail: PinEventDetail): void {
    this.#person.say(pinSentence(detail));
    if (detail.status === 'failed') this.#pinless.add(detail.uploadId);
  }

  #finalEvent(envelope: EventEnvelope): void {
    this.#person.print(JSON.stringify(envelope));
    if (envelope.source !== 'pindrop') return;
    if (!Object.values<string>(DETAIL_TYPE).includes(envelope['detail-type'])) {
      this.#pinEvent(envelope.detail as PinEventDetail);
      return;
    }
    const detail = envelope.detail as FinalEventDetail;
    this.#person.end(detail.uploadId, finalSentence(detail));
    this.#ended.set(identity(detail.object), detail);
    this.#changed();
  }
}

const identity = ({ key, versionId, eTag }: Pick<DroppedFile, 'key' | 'versionId' | 'eTag'>) =>
  JSON.stringify([key, versionId ?? eTag]);
