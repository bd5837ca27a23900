/** Why an account is paused: the token is missing or refused, or Pinterest has trouble. */
export type PauseReason = 'token' | 'outage';

/** A pause after failed registrations of one of several Pinterest accounts. */
export interface Pause {
  because: PauseReason;
  /** Number of consecutive failed registrations. */
  faults: number;
}

/** What the parameter of a rate-limit gate holds. */
export interface GateValue {
  /** Until when no registration may be requested; an invalid date when the parameter holds something else. */
  until: Date;
  /** Present when the last registration of the account failed; absent when Pinterest asked to wait. */
  pause?: Pause;
}

/** An ISO 8601 time, and for a pause its reason and the number of faults. */
const VALUE = /^(\S+?)(?: (token|outage) (\d+))?$/;

export function readGateValue(value: string): GateValue {
  const [, until = '', because, faults] = VALUE.exec(value) ?? [];
  return {
    until: new Date(until),
    ...(because !== undefined && { pause: { because: because as PauseReason, faults: Number(faults) } }),
  };
}

export const writtenGateValue = ({ until, pause }: GateValue): string =>
  pause === undefined ? until.toISOString() : `${until.toISOString()} ${pause.because} ${pause.faults}`;
