import type { Overview, StackInfo } from '../shared/wire.ts';
import { Announcer } from './announcer.ts';
import { type ConnectionState, listen } from './connection.ts';
import { DropZone } from './drop-zone.ts';
import { byId, setText } from './element.ts';
import { FaultPanel } from './fault-panel.ts';
import { NothingYet } from './nothing-yet.ts';
import { OverviewFigures } from './overview.ts';
import { RowList } from './row-list.ts';
import { setClock } from './server-clock.ts';

const announcer = new Announcer();
const nothingYet = new NothingYet();
const list = new RowList(nothingYet.root, announcer);
const figures = new OverviewFigures();
const faults = new FaultPanel();
const zone = new DropZone();
let stackBefore: StackInfo | undefined;

const CONNECTION: Record<ConnectionState, string> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Not connected',
  locked: 'Locked',
};

const BANNER: Partial<Record<ConnectionState, string>> = {
  lost: 'The connection to npm start is lost. You see the last known state. Files that are in the bucket are safe. Run npm start again, and this page reconnects.',
  locked: 'This page has no key for this npm start. Open the address that npm start printed: the key is a part of it.',
};

function showConnection(state: ConnectionState): void {
  const badge = byId('connection', HTMLParagraphElement);
  badge.dataset['state'] = state;
  setText(badge, CONNECTION[state]);
  const banner = byId('lost', HTMLParagraphElement);
  const text = BANNER[state];
  banner.hidden = text === undefined;
  setText(banner, text ?? '');
  zone.held = state !== 'live';
}

function showStack(stack: StackInfo): void {
  const { simulated, pinterest } = stack;
  // A later npm start can use the same port but upload to another Pinterest.
  if (stackBefore && stackBefore.pinterest !== pinterest) showOtherStack(stack);
  stackBefore = stack;
  setText(byId('place', HTMLParagraphElement), simulated ? 'with a simulated Pinterest' : `uploading to ${pinterest}`);
  nothingYet.show(stack);
  zone.stack = stack;
  list.accounts = stack.accounts.map(({ name }) => name);
}

function showOtherStack({ simulated, pinterest }: StackInfo): void {
  const banner = byId('another', HTMLParagraphElement);
  const where = simulated ? 'has a simulated Pinterest now' : `uploads to ${pinterest} now`;
  setText(
    banner,
    `npm start ${where}, and has other files. Files that had not reached the bucket were discarded: drop them again.`,
  );
  banner.hidden = false;
  list.clear();
  zone.discard();
}

function showOverview(overview: Overview): void {
  figures.show(overview);
  faults.show(overview.faults);
  list.totals = overview;
}

listen({
  state: showConnection,
  snapshot({ stack, overview, rows, now }) {
    setClock(now);
    showStack(stack);
    showOverview(overview);
    list.replace(rows);
    document.body.dataset['ready'] = '';
  },
  rows: (rows) => announcer.ended(list.merge(rows)),
  overview: showOverview,
});
