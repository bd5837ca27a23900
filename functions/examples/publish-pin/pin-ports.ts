import type { Pin, PinRequest } from '../../../shared/pinterest/pin.ts';
import type { RetryPolicy } from '../../outcome/decide.ts';
import type { BoardTurns } from './board-turns.ts';
import type { PinLane } from './pin-lane.ts';
import type { PinSchedules } from './pin-schedule.ts';
import type { PlanPorts } from './plan-pin.ts';

export interface PinPorts extends PlanPorts {
  createPin: (pin: PinRequest) => Promise<Pin>;
  boardPins: (boardId: string) => AsyncIterable<Pin>;
  lane: PinLane;
  schedules: PinSchedules;
  turns: BoardTurns;
  now: () => Date;
  random?: () => number;
  /** Called with the reason of each fault, for the log. */
  onFault?: (because: string) => void;
}

export interface PinPolicy {
  retryPolicy: RetryPolicy;
  /** How long to search the board for a Pin, in seconds, before the creation is repeated. */
  patienceSeconds: number;
  /** Least time between two Pins of one board, in seconds; 0 for none. */
  spacingSeconds: number;
}

/** Seconds from an ISO 8601 time until now; negative for a time to come. */
export const secondsSince = (instant: string, { now }: PinPorts) => (now().getTime() - Date.parse(instant)) / 1000;
