import pMap from 'p-map';
import type { Media } from '../../../shared/pinterest/media.ts';
import { accountNames, requireKnownAccount } from '../../operations/accounts.ts';
import { findPin, type KnownPin, publishesPins } from '../../operations/pins.ts';
import { pinterestOf } from '../../operations/pinterest-of-stack.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import { type KnownUpload, newestUploads } from '../../operations/uploads.ts';
import type { ExitCode, Output } from '../command.ts';
import { isConnectionRefused } from '../connection-refused.ts';
import { pinWords, toSeconds } from '../pin-words.ts';
import { tableLines } from '../table.ts';

/** Maximum number of simultaneous requests about Pins. */
const CONCURRENCY = 10;
/** How many uploads, and media of each account, are listed: the maximum of one media_list request. */
export const LISTED = 250;
/** How many of the newest uploads are searched for the uploads of one account. */
const LOOKED_THROUGH = 1000;

interface ListedUpload {
  /** Absent when the stack has only one account. */
  account?: string;
  mediaId?: string;
  /** The current status at Pinterest. Absent when Pinterest's list does not contain the media. */
  pinterest?: Media['status'];
  uploadId?: string;
  state?: KnownUpload['state'];
  key?: string;
  droppedAt?: string;
  /** Only in a stack with the example `publish-pin`. */
  pin?: KnownPin;
}

/**
 * @param account lists only the uploads and media of this account
 * @throws AccountError when the stack has no such account
 */
export async function list(account: string | undefined, ports: StackPorts, output: Output): Promise<ExitCode> {
  const names = accountNames(ports);
  requireKnownAccount(account, names);
  const asked = account !== undefined ? [account] : names.length > 0 ? names : [undefined];
  const [uploads, ...media] = await Promise.all([
    uploadsOf(account, ports),
    ...asked.map((name) => mediaOf(name, ports, output)),
  ]);
  const pins = await pinsOf(uploads, ports);
  const rows = [...joined(uploads, media.flat())].map((row) => ({ ...row, pin: pins.get(row.uploadId) }));
  if (output.json) for (const row of rows) output.print(JSON.stringify(row));
  else if (rows.length === 0) output.say('Nothing was dropped yet.');
  else {
    const columns = [...(names.length === 0 ? [] : [ACCOUNT]), ...COLUMNS, ...(publishesPins(ports) ? [PIN] : [])];
    const cells = rows.map((row) => columns.map(([, cell]) => cell(row) ?? '–'));
    for (const line of tableLines(
      columns.map(([title]) => title),
      cells,
    ))
      output.print(line);
  }
  return 0;
}

async function uploadsOf(account: string | undefined, ports: StackPorts): Promise<KnownUpload[]> {
  const uploads: KnownUpload[] = [];
  for await (const known of newestUploads(account === undefined ? LISTED : LOOKED_THROUGH, ports)) {
    if (account === undefined || known.upload.account === account) uploads.push(known);
    if (uploads.length === LISTED) break;
  }
  return uploads;
}

type AccountMedia = Media & Pick<ListedUpload, 'account'>;

/**
 * Lists the media at Pinterest. If Pinterest is down or refuses the token, the uploads of the stack are listed without
 * them.
 */
async function mediaOf(account: string | undefined, ports: StackPorts, output: Output): Promise<AccountMedia[]> {
  try {
    const { items } = await pinterestOf(ports, account).mediaList({ pageSize: LISTED });
    return items.map((media) => ({ ...media, account }));
  } catch (error) {
    if (isConnectionRefused(error)) throw error;
    const where = account === undefined ? '' : ` for ${account}`;
    output.say(`${(error as Error).message} The column "at Pinterest" is left empty${where}.`);
    return [];
  }
}

/** The Pins of the uploads, by upload id. */
async function pinsOf(uploads: KnownUpload[], ports: StackPorts): Promise<Map<string | undefined, KnownPin>> {
  const found = await pMap(
    publishesPins(ports) ? uploads.filter(({ state }) => state === 'succeeded') : [],
    async ({ upload: { uploadId } }) => [uploadId, await findPin(uploadId, ports)] as const,
    { concurrency: CONCURRENCY },
  );
  return new Map(found.flatMap(([uploadId, pin]) => (pin ? [[uploadId, pin]] : [])));
}

function* joined(uploads: KnownUpload[], media: AccountMedia[]): Generator<ListedUpload> {
  const others = new Map(media.map((each) => [each.mediaId, each]));
  for (const { upload, state } of uploads) {
    const { account, mediaId, uploadId, object, timeline } = upload;
    const known = { account, uploadId, state, key: object.key, droppedAt: timeline.droppedAt };
    if (mediaId === undefined) yield known;
    else {
      yield { ...known, mediaId, pinterest: others.get(mediaId)?.status };
      others.delete(mediaId);
    }
  }
  // The other media belong to an attempt that ended early, to an older upload, or to another program with the same
  // account.
  for (const { account, mediaId, status: pinterest } of others.values()) yield { account, mediaId, pinterest };
}

type Column = [title: string, cell: (row: ListedUpload) => string | undefined];

const ACCOUNT: Column = ['account', ({ account }) => account];
const COLUMNS: Column[] = [
  ['dropped', ({ droppedAt }) => droppedAt && toSeconds(droppedAt)],
  ['file', ({ key }) => key],
  ['upload', ({ uploadId }) => uploadId],
  ['state', ({ state }) => state],
  ['media', ({ mediaId }) => mediaId],
  ['at Pinterest', ({ pinterest }) => pinterest],
];
const PIN: Column = ['Pin', ({ pin }) => pinWords(pin)];
