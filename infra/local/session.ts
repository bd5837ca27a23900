import type { FinalEventDetail } from '../../shared/events.ts';
import { dropFiles } from './drop-files.ts';
import type { LocalStack } from './local-stack.ts';
import type { Observation } from './observation.ts';
import type { Target } from './target.ts';
import type { Person } from './terminal/person.ts';
import { finalSentence, invitation, welcome } from './terminal/sentences.ts';
import { uploadProgress } from './terminal/upload-progress.ts';

/** Exit codes of the contract; 2, wrong usage, is decided before a session begins. */
const ALL_SUCCEEDED = 0;
const ONE_FAILED = 1;

/** One run of `npm start`: tells the person what happens, and knows when it is over. */
export class Session {
  readonly #person: Person;
  readonly #files: string[];
  readonly #target: Target;
  readonly #progress = uploadProgress();
  /** Final events by object version, since they can be faster than the answer to the put. */
  readonly #ended = new Map<string, FinalEventDetail['status']>();
  #changed: () => void = () => {};

  constructor(person: Person, files: string[], target: Target) {
    this.#person = person;
    this.#files = files;
    this.#target = target;
  }

  starting(): void {
    this.#person.say(welcome(this.#target));
  }

  observe(observation: Observation): void {
    if (observation.kind === 'function-log') {
      const row = this.#progress(observation.line);
      if (row) this.#person.show(row);
    } else if (observation.kind === 'function-died') {
      this.#person.say(`${observation.functionName} died (${observation.why}); what it was doing is taken up again.`);
    } else if (observation.kind === 'event-put') {
      this.#finalEvent(observation.envelope);
    }
  }

  /** @returns the exit code, once all files have their final event or the person ends it */
  async live(stack: LocalStack): Promise<number> {
    const interrupted = new Promise<number>((resolve) => {
      process.once('SIGINT', () => resolve(130));
      process.once('SIGTERM', () => resolve(143));
    });
    const code = await Promise.race([interrupted, this.#files.length === 0 ? this.#stayUp(stack) : this.#drop(stack)]);
    if (code > 128) this.#person.say('Stopped. What was dropped is kept, and goes on with the next npm start.');
    return code;
  }

  #stayUp(stack: LocalStack): Promise<never> {
    this.#person.say(invitation(stack));
    return new Promise(() => {});
  }

  async #drop(stack: LocalStack): Promise<number> {
    const name = stack.outputs['DropBucketName'] ?? '';
    const { endpoint, region } = stack;
    const awaited: string[] = [];
    const onDropping = (file: string) => this.#person.say(`Dropping ${file}`);
    for await (const { key, versionId, eTag } of dropFiles(this.#files, { endpoint, name, region }, onDropping)) {
      awaited.push(identity({ key, versionId, eTag }));
    }
    while (awaited.some((file) => !this.#ended.has(file))) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    return awaited.every((file) => this.#ended.get(file) === 'succeeded') ? ALL_SUCCEEDED : ONE_FAILED;
  }

  #finalEvent(envelope: { source: string; detail: unknown }): void {
    this.#person.print(JSON.stringify(envelope));
    if (envelope.source !== 'pindrop') return;
    const detail = envelope.detail as FinalEventDetail;
    this.#person.end(detail.uploadId, finalSentence(detail));
    this.#ended.set(identity(detail.object), detail.status);
    this.#changed();
  }
}

const identity = ({
  key,
  versionId,
  eTag,
}: {
  key: string;
  versionId?: string | undefined;
  eTag?: string | undefined;
}) => JSON.stringify([key, versionId ?? eTag]);
