import type { MediaUploadSucceeded } from '../../../shared/events/events.ts';
import type { DescribedCover, PinDescription } from '../../../shared/pin/describe-pin.ts';
import { describedPin } from '../../../shared/pin/described-pin.ts';
import type { PinDefaults } from '../../../shared/pin/pin-defaults.ts';
import type { PinCover, PinRequest } from '../../../shared/pinterest/pin.ts';
import type { AccountBoards } from './account-boards.ts';
import type { CoverSource } from './cover-source.ts';

/** Many videos begin with a black frame. A frame at one second is rarely black. */
const DEFAULT_COVER = { keyFrameSeconds: 1 };

/**
 * The Pin of an upload, as the execution keeps it. The bytes of a cover image are not kept: an execution's payload is
 * limited to 256 KB.
 */
export interface PlannedPin extends Omit<PinRequest, 'cover'> {
  cover: DescribedCover | { imageBesideVideoOr: DescribedCover };
}

export interface PlanPorts {
  defaults: PinDefaults;
  boards: AccountBoards;
  covers: CoverSource;
  now: () => Date;
}

export type Plan =
  | { pin: PlannedPin; dueAt?: string }
  | {
      /** One sentence for each thing that is wrong. */
      problems: string[];
      boardId?: string;
      /** True when the same drop may succeed later, because only boards, sections or the cover image must change. */
      mayFit: boolean;
    };

/**
 * Reads what the drop says about its Pin, finds its board and section, and checks its cover image. Reports everything
 * that is wrong at once.
 * @throws PinterestError or an error of S3, unless the drop is wrong in any case
 */
export async function planPin(upload: MediaUploadSucceeded, ports: PlanPorts): Promise<Plan> {
  const { pin, problems } = describedPin(upload, ports.defaults, ports.now());
  const [place, cover] = await Promise.allSettled([placeOf(pin, ports.boards), coverOf(pin, upload, ports.covers)]);
  const fault = [place, cover].find(({ status }) => status === 'rejected');
  if (fault?.status === 'rejected' && problems.length === 0) throw fault.reason;
  const { boardId, sectionId, problem } = place.status === 'fulfilled' ? place.value : {};
  const image = cover.status === 'fulfilled' ? cover.value : undefined;
  const found = [problem, image && 'problem' in image ? image.problem : undefined].filter((each) => each !== undefined);
  if (boardId === undefined || problems.length + found.length > 0)
    return { problems: [...problems, ...found], boardId, mayFit: problems.length === 0 };
  const { board: _board, section: _section, dueAt, cover: own, defaultCover, ...texts } = pin;
  return {
    pin: {
      ...texts,
      boardId,
      boardSectionId: sectionId,
      mediaId: upload.mediaId,
      cover: own ?? { imageBesideVideoOr: defaultCover ?? DEFAULT_COVER },
    },
    dueAt,
  };
}

/** Finds the board and the section. */
async function placeOf(
  { board, section }: PinDescription,
  boards: AccountBoards,
): Promise<{ boardId?: string; sectionId?: string; problem?: string }> {
  if (board === undefined) return {};
  const found = await boards.board(board);
  if ('problem' in found) return found;
  const boardId = found.id;
  if (section === undefined) return { boardId };
  const onBoard = await boards.section(boardId, section);
  return 'problem' in onBoard ? { boardId, problem: onBoard.problem } : { boardId, sectionId: onBoard.id };
}

/** Reads the image beside the video, unless the drop names another cover. */
const coverOf = async ({ cover }: PinDescription, { object }: MediaUploadSucceeded, covers: CoverSource) =>
  cover === undefined ? covers.read(object) : undefined;

/**
 * The request for a planned Pin, with the bytes of its cover image as they are now.
 * @returns the request, or a sentence about why the image is unusable
 */
export async function requestOf(
  { cover, ...pin }: PlannedPin,
  { object }: MediaUploadSucceeded,
  covers: CoverSource,
): Promise<PinRequest | { problem: string }> {
  const read: PinCover | { problem: string } =
    'imageBesideVideoOr' in cover ? ((await covers.read(object)) ?? cover.imageBesideVideoOr) : cover;
  return 'problem' in read ? read : { ...pin, cover: read };
}
