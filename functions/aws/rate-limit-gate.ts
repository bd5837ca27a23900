import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { GATE_OPEN } from '../../shared/upload/initial-parameters.ts';
import { LONGEST_ASKED_WAIT_SECONDS } from '../outcome/decide.ts';

/**
 * The time until which no function may request a registration. One function learns it from Pinterest and shares it
 * with all. The gate only saves requests: when it cannot be read or written, each file makes a request of its own to
 * find out.
 */
export interface RateLimitGate {
  /** @returns seconds until a registration may be requested, 0 to {@link LONGEST_ASKED_WAIT_SECONDS}; 0 means now */
  closedForSeconds(): Promise<number>;
  /** Closes the gate for this many seconds from now, {@link LONGEST_ASKED_WAIT_SECONDS} at most. */
  close(seconds: number): Promise<void>;
}

const bounded = (seconds: number) => Math.min(Math.max(0, seconds), LONGEST_ASKED_WAIT_SECONDS);

/**
 * @param Name name of an AWS Systems Manager parameter that holds an ISO 8601 time
 * @param onError called when the parameter could not be read or written, for the log; neither method of the gate ever
 * throws
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
