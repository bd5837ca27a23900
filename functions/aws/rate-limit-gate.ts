import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { type Pause, readGateValue, writtenGateValue } from '../../shared/upload/gate-value.ts';
import { GATE_OPEN } from '../../shared/upload/initial-parameters.ts';
import { LONGEST_ASKED_WAIT_SECONDS } from '../outcome/decide.ts';

export interface GateState {
  /** Seconds until a registration may be requested, 0 to {@link LONGEST_ASKED_WAIT_SECONDS}; 0 means now. */
  closedForSeconds: number;
  /** Present when the last registration of the account failed, even if the gate is open again. */
  pause?: Pause;
}

/**
 * The time until which no function may request a registration. One function learns it from Pinterest and shares it
 * with all. The gate only saves requests: when it cannot be read or written, each file makes a request of its own to
 * find out.
 */
export interface RateLimitGate {
  state(): Promise<GateState>;
  /**
   * Closes the gate for this many seconds from now, {@link LONGEST_ASKED_WAIT_SECONDS} at most.
   * @param pause the failed registrations; undefined when Pinterest asked to wait
   */
  close(seconds: number, pause?: Pause): Promise<void>;
  /** Opens the gate, and forgets the failed registrations. */
  open(): Promise<void>;
}

const bounded = (seconds: number) => Math.min(Math.max(0, seconds), LONGEST_ASKED_WAIT_SECONDS);

/** How long a closed gate is not read again. Hundreds of waiting files would exceed Systems Manager's request rate. */
const REMEMBER_CLOSED_MS = 5000;

/**
 * @param Name name of an AWS Systems Manager parameter that holds an ISO 8601 time
 * @param onError called when the parameter could not be read or written, for the log; no method of the gate ever throws
 */
export function parameterGate(
  ssm: SSMClient,
  Name: string,
  onError: (error: unknown) => void,
  now: () => number = Date.now,
): RateLimitGate {
  let closed: { value: string; readAt: number } | undefined;
  const stateOf = (value: string): GateState => {
    const { until, ...rest } = readGateValue(value);
    return { closedForSeconds: bounded((until.getTime() - now()) / 1000) || 0, ...rest };
  };
  const write = async (Value: string) => {
    closed = undefined;
    await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true })).catch(onError);
  };
  return {
    async state() {
      if (closed && now() - closed.readAt < REMEMBER_CLOSED_MS) {
        const state = stateOf(closed.value);
        if (state.closedForSeconds > 0) return state;
      }
      closed = undefined;
      try {
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
        const value = Parameter?.Value ?? GATE_OPEN;
        const state = stateOf(value);
        if (state.closedForSeconds > 0) closed = { value, readAt: now() };
        return state;
      } catch (error) {
        onError(error);
        return { closedForSeconds: 0 };
      }
    },
    async close(seconds, pause) {
      await write(writtenGateValue({ until: new Date(now() + bounded(seconds) * 1000), pause }));
    },
    open: () => write(GATE_OPEN),
  };
}
