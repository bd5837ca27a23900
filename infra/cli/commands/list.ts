import type { Media } from '../../../shared/pinterest/media.ts';
import { pinterestOfStack } from '../../operations/pinterest-of-stack.ts';
import { type KnownUpload, recentUploads } from '../../operations/uploads.ts';
import type { Command, CommandPorts, Output } from '../command.ts';
import { table } from '../table.ts';

/** As many as one request of media_list brings. */
const NEWEST = 250;

interface Row {
  mediaId?: string;
  /** What Pinterest says now; absent when it does not name the media. */
  pinterest?: Media['status'];
  uploadId?: string;
  state?: KnownUpload['state'];
  key?: string;
  droppedAt?: string;
}

export const listCommand: Command = {
  usage: 'list',
  summary: `the newest ${NEWEST} uploads, and what Pinterest says of their media`,
  takes: [0, 0],
  async run(_args, ports, output) {
    const uploads = await recentUploads(NEWEST, ports);
    const rows = [...joined(uploads, await statuses(ports, output))];
    if (output.json) for (const row of rows) output.print(JSON.stringify(row));
    else if (rows.length === 0) output.say('Nothing was dropped yet.');
    else output.print(table(['dropped', 'file', 'upload', 'state', 'media', 'at Pinterest'], rows.map(cells)));
    return 0;
  },
};

/** An outage of Pinterest's, or a token that it refuses, must not hide what the stack knows. */
async function statuses(ports: CommandPorts, output: Output): Promise<Media[]> {
  try {
    return (await pinterestOfStack(ports).mediaList({ pageSize: NEWEST })).items;
  } catch (error) {
    output.say(`${(error as Error).message} What it says of the media is left out.`);
    return [];
  }
}

function* joined(uploads: KnownUpload[], media: Media[]): Generator<Row> {
  const statuses = new Map(media.map(({ mediaId, status }) => [mediaId, status]));
  for (const { upload, state } of uploads) {
    const { mediaId, uploadId, object, timeline } = upload;
    const known = { uploadId, state, key: object.key, droppedAt: timeline.droppedAt };
    if (mediaId === undefined) yield known;
    else {
      const pinterest = statuses.get(mediaId);
      statuses.delete(mediaId);
      yield { ...known, mediaId, ...(pinterest === undefined ? {} : { pinterest }) };
    }
  }
  // Registered by an attempt that did not get far, or by another program of the same account.
  for (const [mediaId, pinterest] of statuses) yield { mediaId, pinterest };
}

const cells = ({ droppedAt, key, uploadId, state, mediaId, pinterest }: Row) =>
  [droppedAt?.replace(/\.\d+Z$/, 'Z'), key, uploadId, state, mediaId, pinterest].map((cell) => cell ?? '–');
