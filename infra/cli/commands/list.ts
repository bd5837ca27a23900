import type { Media } from '../../../shared/pinterest/media.ts';
import { pinterestOf } from '../../operations/pinterest-of-stack.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import { type KnownUpload, newestUploads } from '../../operations/uploads.ts';
import type { ExitCode, Output } from '../command.ts';
import { isConnectionRefused } from '../connection-refused.ts';
import { tableLines } from '../table.ts';

/** How many uploads and media are listed: the maximum of one media_list request. */
export const LISTED = 250;

interface ListedUpload {
  mediaId?: string;
  /** The current status at Pinterest. Absent when Pinterest's list does not contain the media. */
  pinterest?: Media['status'];
  uploadId?: string;
  state?: KnownUpload['state'];
  key?: string;
  droppedAt?: string;
}

export async function list(ports: StackPorts, output: Output): Promise<ExitCode> {
  const [uploads, media] = await Promise.all([Array.fromAsync(newestUploads(LISTED, ports)), mediaOf(ports, output)]);
  const rows = [...joined(uploads, media)];
  if (output.json) for (const row of rows) output.print(JSON.stringify(row));
  else if (rows.length === 0) output.say('Nothing was dropped yet.');
  else {
    const lines = tableLines(['dropped', 'file', 'upload', 'state', 'media', 'at Pinterest'], rows.map(cells));
    for (const line of lines) output.print(line);
  }
  return 0;
}

/**
 * Lists the media at Pinterest. If Pinterest is down or refuses the token, the uploads of the stack are listed without
 * them.
 */
async function mediaOf(ports: StackPorts, output: Output): Promise<Media[]> {
  try {
    return (await pinterestOf(ports).mediaList({ pageSize: LISTED })).items;
  } catch (error) {
    if (isConnectionRefused(error)) throw error;
    output.say(`${(error as Error).message} The column "at Pinterest" is left empty.`);
    return [];
  }
}

function* joined(uploads: KnownUpload[], media: Media[]): Generator<ListedUpload> {
  const statuses = new Map(media.map(({ mediaId, status }) => [mediaId, status]));
  for (const { upload, state } of uploads) {
    const { mediaId, uploadId, object, timeline } = upload;
    const known = { uploadId, state, key: object.key, droppedAt: timeline.droppedAt };
    if (mediaId === undefined) yield known;
    else {
      yield { ...known, mediaId, pinterest: statuses.get(mediaId) };
      statuses.delete(mediaId);
    }
  }
  // The other media belong to an attempt that ended early, to an older upload, or to another program with the same
  // account.
  for (const [mediaId, pinterest] of statuses) yield { mediaId, pinterest };
}

const cells = ({ droppedAt, key, uploadId, state, mediaId, pinterest }: ListedUpload) =>
  [droppedAt?.replace(/\.\d+Z$/, 'Z'), key, uploadId, state, mediaId, pinterest].map((cell) => cell ?? '–');
