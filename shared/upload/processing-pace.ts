import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { USUAL_PACE } from './initial-parameters.ts';

/** How long Pinterest takes for files these days, as a multiple of the usual: what the functions have learnt of it. */
export interface ProcessingPace {
  read(): Promise<number>;
  write(pace: number): Promise<void>;
}

/** Whatever one file took, or a clock said. */
const [FASTEST, SLOWEST] = [0.05, 50];

/** @param Name of a parameter of AWS Systems Manager that holds a number */
export function parameterPace(ssm: SSMClient, Name: string): ProcessingPace {
  return {
    async read() {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
      return boundedPace(Number(Parameter?.Value));
    },
    async write(pace) {
      await ssm.send(new PutParameterCommand({ Name, Value: pace.toFixed(3), Overwrite: true }));
    },
  };
}

export const boundedPace = (pace: number) => (pace > 0 ? Math.min(SLOWEST, Math.max(FASTEST, pace)) : USUAL_PACE);

/** How long a pace that was read is good for. */
const GOOD_FOR_MS = 60_000;

/**
 * Reads the pace now and then. It is a hint: where it cannot be read, files take what is usual.
 * @param onError told when it could not be read, for the log
 */
export function paceHint({ read }: Pick<ProcessingPace, 'read'>, onError: (error: unknown) => void, now = Date.now) {
  let pace = USUAL_PACE;
  let readAt = Number.NEGATIVE_INFINITY;
  return async (): Promise<number> => {
    if (now() - readAt < GOOD_FOR_MS) return pace;
    readAt = now();
    pace = await read().catch((error) => {
      onError(error);
      return pace;
    });
    return pace;
  };
}
