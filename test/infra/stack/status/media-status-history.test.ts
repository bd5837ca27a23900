import { describe, expect, it } from 'vitest';
import type { StatusAnswer } from '../../../../functions/poll/media-statuses.ts';
import { pollMedia } from '../../../../functions/poll/poll-media.ts';
import { mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { PinterestError } from '../../../../shared/pinterest/pinterest-error.ts';
import type { FollowedUpload } from '../../../../shared/upload/execution.ts';
import { machineDefinition, synthesized } from '../synthesized.ts';
import { historyEvents, MOST_EVENTS } from './history-events.ts';

const definition = machineDefinition(synthesized());

const processing: StatusAnswer = { status: 'processing', ageSeconds: 0 };
const broken = () => Promise.reject(new PinterestError('No.', { operation: 'media_get', status: 503 }));

/** For each case, Pinterest's response to a poll, given the poll's number. The media never becomes ready. */
const ANSWERS: Record<string, (poll: number) => Promise<StatusAnswer>> = {
  'it is still processing': async () => processing,
  'it has trouble': broken,
  'it has trouble every other time': async (poll) => (poll % 2 === 0 ? processing : broken()),
};

const LIMITS = [
  { giveUpAfterHours: 24, maxBackoffSeconds: 900, pollDeadlineMinutes: 60 },
  { giveUpAfterHours: 120, maxBackoffSeconds: 5, pollDeadlineMinutes: 24 * 60 },
  { giveUpAfterHours: 120, maxBackoffSeconds: 3600, pollDeadlineMinutes: 24 * 60 },
];

describe('an upload whose media never becomes ready', () => {
  it.each(Object.keys(ANSWERS).flatMap((answer) => LIMITS.map((limits) => [answer, limits] as const)))(
    'ends with less than half of the events that an execution history may have: %s, %j',
    async (answer, limits) => {
      const { object, timeline } = mediaUploadSucceededExample;
      let clock = Date.parse(timeline.droppedAt);
      let polled: FollowedUpload | undefined;
      const policy = {
        deadlineSeconds: limits.pollDeadlineMinutes * 60,
        retryPolicy: {
          giveUpAfterSeconds: limits.giveUpAfterHours * 3600,
          maxBackoffSeconds: limits.maxBackoffSeconds,
        },
      };
      const upload = { uploadId: 'clip-1', mediaId: '5212', object, timeline: { droppedAt: timeline.droppedAt } };
      const events = await historyEvents(
        definition,
        { upload, polls: 0, waitSeconds: 5 },
        {
          'Ask Pinterest': async (followed: FollowedUpload) => {
            clock += followed.waitSeconds * 1000;
            polled = await pollMedia(followed, policy, {
              mediaStatus: () => (ANSWERS[answer] ?? broken)(followed.polls),
              now: () => new Date(clock),
              random: () => 0,
            });
            return polled;
          },
          'Emit the final event': async () => ({ FailedEntryCount: 0 }),
        },
      );
      expect(polled?.finalEvent?.detail.status).toBe('failed');
      expect(events).toBeLessThan(MOST_EVENTS / 2);
    },
  );
});
