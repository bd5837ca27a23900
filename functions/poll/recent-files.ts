import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { NOTHING_LEARNED } from '../../shared/upload/initial-parameters.ts';
import { type ProcessedFile, RECENT_FILES } from './question-times.ts';

/** Between two writes of one sandbox. */
const WRITE_EVERY_MS = 10_000;

const valueSchema = z.object({
  /** Another Pinterest has another pace: what was learned from the sandbox says nothing about production. */
  apiUrl: z.optional(z.string()),
  /** sizeBytes, notReadySeconds, readySeconds; the newest file is the last. */
  files: z.array(z.tuple([z.number().check(z.gt(0)), z.number().check(z.gte(0)), z.number().check(z.gt(0))])),
});

export interface RecentFilesOptions {
  ssm: Pick<SSMClient, 'send'>;
  /** Name of a parameter of AWS Systems Manager. */
  parameter: string;
  apiUrl: string;
  /** Called when the parameter could not be read or written. Nothing depends on it but a few questions. */
  onError: (error: unknown) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** How long Pinterest took for the last files, shared by all functions. */
export class RecentFiles {
  readonly #options: RecentFilesOptions;
  readonly #now: () => number;
  #unwritten: ProcessedFile[] = [];
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(options: RecentFilesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Never rejects: what cannot be read is nothing learned. */
  async read(): Promise<ProcessedFile[]> {
    const { ssm, parameter, apiUrl, onError } = this.#options;
    try {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: parameter }));
      const value = valueSchema.parse(JSON.parse(Parameter?.Value ?? NOTHING_LEARNED));
      if (value.apiUrl !== apiUrl) return [];
      return value.files.map(([sizeBytes, notReadySeconds, readySeconds]) => ({
        sizeBytes,
        notReadySeconds,
        readySeconds,
      }));
    } catch (error) {
      onError(error);
      return [];
    }
  }

  /** Never rejects. Two functions that write at once lose one of their files. */
  async learn(file: ProcessedFile): Promise<void> {
    const { ssm, parameter, apiUrl, onError } = this.#options;
    this.#unwritten.push(file);
    if (this.#now() - this.#writtenAt < WRITE_EVERY_MS) return;
    this.#writtenAt = this.#now();
    const files = [...(await this.read()), ...this.#unwritten].slice(-RECENT_FILES);
    this.#unwritten = [];
    const rounded = files.map((each) =>
      [each.sizeBytes, each.notReadySeconds, each.readySeconds].map((number) => Number(number.toPrecision(3))),
    );
    try {
      const Value = JSON.stringify({ apiUrl, files: rounded });
      await ssm.send(new PutParameterCommand({ Name: parameter, Value, Overwrite: true }));
    } catch (error) {
      onError(error);
    }
  }
}
