import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { type ConditionalObject, readConditionalObject } from '../../aws/conditional-object.ts';
import type { FindEnd } from './ended-execution.ts';

/** Keeps the Pins of one board apart: each Pin is made at least the spacing after the one before. */
export interface BoardTurns {
  /**
   * Queues the upload, in the order of the due times.
   * @param board identifies the board of one account
   * @returns the turn when nothing is in the way, otherwise the time to ask again
   */
  ask(board: string, who: Waiting, spacingMs: number): Promise<BoardTurn>;
  /** Takes the upload out of the queue, or frees its turn. Only an upload that has not requested its Pin may leave. */
  leave(board: string, uploadId: string): Promise<void>;
}

/** A Pin that is due. */
interface Waiting {
  uploadId: string;
  /** ISO 8601: Pins that are due at the same time are made in any order. */
  dueAt: string;
}

export type BoardTurn =
  /** `take` keeps all other Pins off the board until this execution has ended. @returns false when another was faster */
  | { take: () => Promise<boolean> }
  /** Epoch milliseconds of the next question. `held` while another Pin is being made, later than its turn allows. */
  | { askAt: number; held: boolean };

/** An entry that has not asked again this long after its time is dropped. If its upload still waits, it queues again. */
const GRACE_MS = 30_000;
/** A turn that is further away than this and than the spacing is asked for again after half of the time. */
const SOON_MS = 60_000;
/** Attempts to write, while other uploads write the same object. */
const ATTEMPTS = 5;

const boardSchema = z.object({
  /** The upload whose Pin is being made, or was made last. `takenAt` is in epoch milliseconds. */
  holder: z.optional(z.object({ uploadId: z.string(), takenAt: z.number() })),
  /** Epoch milliseconds: no Pin made before the holder's turn is newer. */
  pinnedBy: z.optional(z.number()),
  /** `askAt` is in epoch milliseconds. */
  waiting: z._default(z.array(z.object({ uploadId: z.string(), dueAt: z.string(), askAt: z.number() })), []),
});
type Board = z.infer<typeof boardSchema>;

/** The object's key. A board's id is unique in Pinterest, but each account has its own rhythm. */
export const boardKey = (account: string | undefined, boardId: string) =>
  `boards/${createHash('sha256')
    .update(JSON.stringify([account ?? '', boardId]))
    .digest('hex')}`;

/** {@link BoardTurns} over Amazon S3: one object per board, changed with conditional writes. */
export function s3BoardTurns(s3: S3Client, findEnd: FindEnd, bucket: string, now: () => number = Date.now): BoardTurns {
  const read = (key: string) => readConditionalObject(s3, { bucket, key }, boardSchema);
  /** @returns undefined when another upload changed the queue at the same time */
  const queued = async (
    found: ConditionalObject<Board>,
    who: Waiting,
    spacingMs: number,
  ): Promise<BoardTurn | undefined> => {
    if (found.value?.holder?.uploadId === who.uploadId) return { take: async () => true };
    const board: Board = await withoutEnded(found, findEnd);
    const queue = board.waiting.filter(({ uploadId, askAt }) => uploadId !== who.uploadId && askAt + GRACE_MS > now());
    const ahead = queue.filter((other) => isBefore(other, who)).length;
    const { holder, pinnedBy = Number.NEGATIVE_INFINITY } = board;
    const freeAt = (holder?.takenAt ?? pinnedBy) + spacingMs;
    if (holder === undefined && ahead === 0 && freeAt <= now()) {
      const taken = { ...board, holder: { uploadId: who.uploadId, takenAt: now() }, waiting: queue };
      return { take: () => found.replace(taken) };
    }
    const turnAt = Math.max(freeAt, now()) + ahead * spacingMs;
    const far = turnAt - now() > Math.max(SOON_MS, spacingMs);
    const askAt = far ? Math.ceil((turnAt + now()) / 2) : turnAt;
    const written = await found.replace({ ...board, waiting: [...queue, { ...who, askAt }] });
    return written ? { askAt, held: holder !== undefined && freeAt <= now() } : undefined;
  };
  return {
    async ask(key, who, spacingMs) {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const turn = await queued(await read(key), who, spacingMs);
        if (turn) return turn;
        await sleep(50 + 150 * Math.random());
      }
      return { askAt: now() + 2000, held: false };
    },
    async leave(key, uploadId) {
      const found = await read(key);
      if (found.value === undefined) return;
      const { holder, waiting } = found.value;
      const left = {
        ...found.value,
        holder: holder?.uploadId === uploadId ? undefined : holder,
        waiting: waiting.filter((each) => each.uploadId !== uploadId),
      };
      const changed = holder !== left.holder || waiting.length !== left.waiting.length;
      if (changed && !(await found.replace(left))) throw new Error('Another upload changed the queue of the board.');
    },
  };
}

/** The board without a holder whose execution has ended. */
async function withoutEnded({ value: board = { waiting: [] } }: ConditionalObject<Board>, findEnd: FindEnd) {
  const { holder, ...rest } = board;
  const end = holder && (await findEnd(holder.uploadId, new Date(holder.takenAt)));
  if (end === undefined) return board;
  const pinnedBy = end.pinnedBy === undefined ? 0 : Date.parse(end.pinnedBy);
  return { ...rest, pinnedBy: Math.max(pinnedBy, board.pinnedBy ?? 0) };
}

const isBefore = (one: Waiting, other: Waiting) =>
  one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.uploadId < other.uploadId);
