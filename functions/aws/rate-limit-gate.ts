import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { GATE_OPEN } from '../../shared/upload/initial-parameters.ts';
import { LONGEST_ASKED_WAIT_SECONDS } from '../outcome/decide.ts';

/**
 * Until when no function may ask for a registration, learnt by one function for all. It only saves requests: where it cannot be
 * read or written, each file finds out by a request of its own.
 */
export interface RateLimitGate {
  /** @returns seconds until registrations may be asked for again, 0 when they may now, {@link LONGEST_ASKED_WAIT_SECONDS} at most */
  closedForSeconds(): Promise<number>;
  /** Closes the gate for this many seconds from now, {@link LONGEST_ASKED_WAIT_SECONDS} at most. */
  close(seconds: number): Promise<void>;
}

const bounded = (seconds: number) => Math.min(Math.max(0, seconds), LONGEST_ASKED_WAIT_SECONDS);

/**
 * @param Name of a parameter of AWS Systems Manager that holds an instant, ISO 8601
 * @param onError called when it could be neither read nor written, for the log; both methods never throw
 */
export function parameterGate(
  ssm: SSMClient,
  Name: string,
  onError: (error: unknown) => void,
  now: () => number = Date.now,
): RateLimitGate {
  return {
    async closedForSeconds() {
      try {
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
        const seconds = (Date.parse(Parameter?.Value ?? GATE_OPEN) - now()) / 1000;
        return bounded(seconds) || 0;
      } catch (error) {
        onError(error);
        return 0;
      }
    },
    async close(seconds) {
      const Value = new Date(now() + bounded(seconds) * 1000).toISOString();
      await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true })).catch(onError);
    },
  };
}
