import type { BoardTurns } from '../../../../functions/examples/publish-pin/board-turns.ts';
import type { PinLane } from '../../../../functions/examples/publish-pin/pin-lane.ts';
import type { PinSchedule, PinSchedules } from '../../../../functions/examples/publish-pin/pin-schedule.ts';
import type { PlanPorts } from '../../../../functions/examples/publish-pin/plan-pin.ts';

/** A lane that is always free and lists these recent Pins. */
export function freeLane(made: string[] = []): PinLane {
  let before: string[] | undefined;
  const note = async (noted: string[]) => {
    before = noted;
  };
  return { enter: async () => ({ made, note, before }), leave: async () => {} };
}

/** Every board exists, by its id, and no video has a cover image beside it. */
export const freePlans: Omit<PlanPorts, 'now'> = {
  defaults: {},
  boards: { board: async (id) => ({ id }), section: async (_board, id) => ({ id }) },
  covers: { read: async () => undefined },
};

/** A board without other Pins. */
export const freeTurns: BoardTurns = { ask: async () => ({ take: async () => true }), leave: async () => {} };

/** Schedules in memory, with conditional writes. */
export function memorySchedules(): PinSchedules & { get(uploadId: string): PinSchedule | undefined } {
  const kept = new Map<string, PinSchedule>();
  return {
    get: (uploadId) => kept.get(uploadId),
    async read(uploadId) {
      let value = kept.get(uploadId);
      return {
        value,
        async replace(next) {
          if (kept.get(uploadId) !== value) return false;
          kept.set(uploadId, next);
          value = next;
          return true;
        },
      };
    },
  };
}
