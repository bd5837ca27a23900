import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { type ConditionalObject, readConditionalObject } from '../../aws/conditional-object.ts';

/**
 * When a Pin is due, and whether that can still be changed. `open`: it can. `closed`: the creation was requested, or
 * the Pin has ended. `cancelled`: the Pin must not be made. The state machine and operators change it with conditional
 * writes, so exactly one of them decides.
 */
const scheduleSchema = z.object({
  state: z.enum(['open', 'closed', 'cancelled']),
  /** ISO 8601, UTC; absent when the Pin is due at once. */
  dueAt: z.optional(z.string()),
  /** Task token of the execution's last wait. Whoever changes the schedule wakes the execution with it. */
  taskToken: z.optional(z.string()),
});

export type PinSchedule = z.infer<typeof scheduleSchema>;

export interface PinSchedules {
  read(uploadId: string): Promise<ConditionalObject<PinSchedule>>;
}

/** One object per upload, below `schedules/`. It does not exist until the execution waits or an operator changes something. */
export const s3PinSchedules = (s3: S3Client, bucket: string): PinSchedules => ({
  read: (uploadId) => readConditionalObject(s3, { bucket, key: `schedules/${uploadId}` }, scheduleSchema),
});

/**
 * Stores the task token of a wait that has just begun.
 * @param dueAt the due time that the wait was calculated from
 * @throws Error when the schedule has changed since then: the wait must be calculated again
 */
export async function keepTaskToken(
  schedules: PinSchedules,
  { uploadId, dueAt, taskToken }: { uploadId: string; dueAt?: string; taskToken: string },
): Promise<void> {
  const found = await schedules.read(uploadId);
  const { state = 'open', dueAt: scheduled = dueAt } = found.value ?? {};
  const unchanged = state === 'open' && scheduled === dueAt;
  if (unchanged && (await found.replace({ state, dueAt, taskToken }))) return;
  throw new Error('The schedule of the Pin has changed.');
}
