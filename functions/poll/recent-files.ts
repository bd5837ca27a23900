import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { NOTHING_LEARNED } from '../../shared/upload/initial-parameters.ts';
import { type ProcessedFile, RECENT_FILES } from './question-times.ts';

/** Minimum time between two writes from one Lambda sandbox. */
const WRITE_EVERY_MS = 10_000;

const valueSchema = z.object({
  /** The API that the times come from. Times from Pinterest's sandbox say nothing about production. */
  apiUrl: z.optional(z.string()),
  /** Tuples of sizeBytes, notReadySeconds, readySeconds. The newest file is the last. */
  files: z.array(z.tuple([z.number().check(z.gt(0)), z.number().check(z.gte(0)), z.number().check(z.gt(0))])),
});

export interface RecentFilesOptions {
  ssm: Pick<SSMClient, 'send'>;
  /** Name of a parameter of AWS Systems Manager. */
  parameter: string;
  apiUrl: string;
  /** Called when the parameter could not be read or written. The only effect is a few more polls or later ones. */
  onError: (error: unknown) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** The processing times of the most recent files, shared by all functions. */
export class RecentFiles {
  readonly #options: RecentFilesOptions;
  readonly #now: () => number;
  #unwritten: ProcessedFile[] = [];
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(options: RecentFilesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Reads the recent files. Never rejects: returns an empty array when they cannot be read. */
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

  /** Adds a file. Never rejects. When two functions write at the same time, the file of one of them is lost. */
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
