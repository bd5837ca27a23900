import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { GATE_OPEN } from '../../shared/upload/initial-parameters.ts';

/**
 * What one function has learnt of Pinterest's rate limit, for all of them: until when no registration is to be asked
 * for. It saves requests, and no file's end depends on it: where it cannot be had, each file finds out by a request of its own.
 */
export interface RateLimitGate {
  /** @returns seconds until registrations may be asked for again, 0 when they may now */
  closedForSeconds(): Promise<number>;
  /** Closes the gate for so many seconds from now. */
  close(seconds: number): Promise<void>;
}

/**
 * @param Name of a parameter of AWS Systems Manager that holds an instant, ISO 8601
 * @param onError told when it could be neither read nor written, for the log; both methods never throw
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
        return Math.max(0, (Date.parse(Parameter?.Value ?? GATE_OPEN) - now()) / 1000) || 0;
      } catch (error) {
        onError(error);
        return 0;
      }
    },
    async close(seconds) {
      const Value = new Date(now() + seconds * 1000).toISOString();
      await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true })).catch(onError);
    },
  };
}
