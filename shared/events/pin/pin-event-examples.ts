import { exampleEnvelope, mediaUploadSucceededExample } from '../examples.ts';
import { PIN_DETAIL_TYPE, type PinFailureReason } from './names.ts';
import type { PinEvent, PinFailed, PinPublished } from './pin-events.ts';

const { uploadId, mediaId, object } = mediaUploadSucceededExample;
const boardId = '549755885175';

/** An example of the detail of `Pin Published`. */
export const pinPublishedExample: PinPublished = {
  version: '1',
  uploadId,
  mediaId,
  status: 'published',
  pinId: '813744226420795884',
  boardId,
  url: 'https://www.pinterest.com/pin/813744226420795884/',
  object,
  publishedAt: '2026-03-01T09:00:54.002Z',
  dueAt: '2026-03-01T09:00:53.000Z',
  lateBySeconds: 1.002,
};

const failures: Record<PinFailureReason, Omit<PinFailed['failure'], 'reason'>> = {
  rejected_metadata: {
    message:
      'No board is named: add "board", a name or an id, to the sidecar, the metadata or pinDefaults. Correct the sidecar or the metadata, then drop the file again.',
    retryable: false,
  },
  pin_refused: {
    message:
      'Pinterest answered pins_create with 404 (code 40): Board not found. Check the board: npm run pindrop -- boards lists the boards of this account, then retry the drop.',
    retryable: true,
  },
  cancelled: {
    message:
      'An operator cancelled the Pin before it was published. To publish it after all, retry the drop with npm run pindrop -- retry --again.',
    retryable: true,
  },
  gave_up: {
    message:
      'Pindrop gave up after 24 h: Pinterest did not answer boards_list_pins in time. Retry the drop once the problem is over.',
    retryable: true,
  },
};

/** For each failure reason, an example of the detail of `Pin Failed`. */
export const pinFailedExamples = Object.fromEntries(
  Object.entries(failures).map(([reason, failure]) => [
    reason,
    {
      version: '1',
      uploadId,
      mediaId,
      status: 'failed',
      ...(reason === 'rejected_metadata' ? {} : { boardId }),
      object,
      failedAt: '2026-03-01T09:00:54.002Z',
      failure: { reason, ...failure },
    },
  ]),
) as Record<PinFailureReason, PinFailed>;

/** Complete example events, as the target of a rule receives them. */
export const pinEventExamples: PinEvent[] = [
  { ...exampleEnvelope, 'detail-type': PIN_DETAIL_TYPE.published, detail: pinPublishedExample },
  ...Object.values(pinFailedExamples).map((detail) => ({
    ...exampleEnvelope,
    'detail-type': PIN_DETAIL_TYPE.failed,
    detail,
  })),
];
