import * as z from 'zod/mini';

/** How far ahead a Pin can be scheduled. */
const LONGEST_SCHEDULE_DAYS = 30;

const withOffset = z.union([
  z.iso.datetime({ offset: true }),
  // To the minute.
  z.iso.datetime({ offset: true, precision: -1 }),
]);
const withoutOffset = z.iso.datetime({ local: true });
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads the time at which a Pin is due.
 * @param text ISO 8601 with an offset, such as `2026-12-24T18:00+01:00`. A time in the past means at once.
 * @returns the time as ISO 8601 in UTC, or what is wrong with the text: a sentence without its subject
 */
export function publishAtOf(text: string, now: Date): { dueAt: string } | { problem: string } {
  if (withoutOffset.safeParse(text).success && !withOffset.safeParse(text).success) {
    return {
      problem: `has no offset: write ${text}Z for UTC, or the offset of your place, such as ${text}+01:00.`,
    };
  }
  if (!withOffset.safeParse(text).success) {
    return {
      problem: `must be a date and time that exist, with an offset, such as 2026-12-24T18:00+01:00, not "${text}".`,
    };
  }
  const due = new Date(text);
  if (due.getTime() - now.getTime() > LONGEST_SCHEDULE_DAYS * DAY_MS) {
    return { problem: `is more than ${LONGEST_SCHEDULE_DAYS} days ahead: ${text}.` };
  }
  return { dueAt: due.toISOString() };
}
