import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { type ConditionalObject, readConditionalObject } from '../../aws/conditional-object.ts';
import type { FindEnd } from './ended-execution.ts';

/** A lock for Pins with the same texts on the same board: only one upload at a time may make such a Pin. */
export interface PinLane {
  /**
   * Enters the lane. An upload may enter the same lane repeatedly. The lane is free when the execution that holds it has
   * ended.
   * @returns undefined while another upload's execution holds the lane
   */
  enter(lane: string, uploadId: string): Promise<PinTurn | undefined>;
  /** Frees the lane if the upload holds it. Only an upload that has not requested its Pin may leave. */
  leave(lane: string, uploadId: string): Promise<void>;
}

/** An upload's turn in its lane. */
interface PinTurn {
  /** Ids of Pins made recently in this lane, which the board may not list yet. */
  made: string[];
  /** Ids of all Pins that existed before the creation; undefined until they are recorded. */
  before?: string[];
  /**
   * Records the Pins that exist before the creation. This happens once.
   * @throws Error when they are already recorded. An abandoned invocation may still run, and must not record our Pin
   * as an old one.
   */
  note(before: string[]): Promise<void>;
}

/** After this time a board certainly lists a new Pin. It is far longer than any upload searches for its Pin. */
const LISTED_AFTER_MS = 24 * 60 * 60 * 1000;

const madeSchema = z.object({ pinId: z.string(), at: z.string() });
type Made = z.infer<typeof madeSchema>;

/** The lane's holder, the Pins made recently in the lane, and the Pins that existed before the holder's Pin. */
const entrySchema = z.object({
  /** Absent after the holder left. */
  uploadId: z.optional(z.string()),
  made: z._default(z.array(madeSchema), []),
  before: z.optional(z.array(z.string())),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * A {@link PinLane} over Amazon S3. One object per lane names the holder, and writes are conditional. The object also
 * holds the Pins that existed before, because the ids of a board with thousands of Pins exceed a state machine's
 * payload (256 KB).
 */
export function s3PinLane(s3: S3Client, findEnd: FindEnd, bucket: string, now: () => number = Date.now): PinLane {
  const read = (key: string) => readConditionalObject(s3, { bucket, key }, entrySchema);
  /** The lane's recent Pins, including the holder's; undefined while the holder's execution runs. */
  const pinsAfter = async ({ uploadId, made }: Entry, enteredAt: Date | undefined): Promise<Made[] | undefined> => {
    if (uploadId === undefined) return made;
    const end = await findEnd(uploadId, enteredAt);
    if (end === undefined) return undefined;
    return end.pinId === undefined ? made : [...made, { pinId: end.pinId, at: end.pinnedBy ?? '' }];
  };
  const turn = (found: ConditionalObject<Entry>, entry: Entry): PinTurn => ({
    made: entry.made.map(({ pinId }) => pinId),
    ...(entry.before === undefined ? {} : { before: entry.before }),
    async note(before) {
      if (entry.before === undefined && (await found.replace({ ...entry, before }))) return;
      throw new Error('The Pins that existed before were recorded by another invocation.');
    },
  });
  return {
    async enter(lane, uploadId) {
      const found = await read(lane);
      if (found.value?.uploadId === uploadId) return turn(found, found.value);
      const left = found.value ? await pinsAfter(found.value, found.modifiedAt) : [];
      if (left === undefined) return undefined;
      const made = left.filter(({ at }) => now() - Date.parse(at) < LISTED_AFTER_MS);
      const entry: Entry = { uploadId, made };
      return (await found.replace(entry)) ? turn(found, entry) : undefined;
    },
    async leave(lane, uploadId) {
      const found = await read(lane);
      if (found.value?.uploadId === uploadId) await found.replace({ made: found.value.made });
    },
  };
}
