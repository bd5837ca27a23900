import type { Overview, Place } from '../shared/wire.ts';
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
let placeBefore: Place | undefined;

const CONNECTION: Record<ConnectionState, string> = { connecting: 'Connecting', live: 'Live', lost: 'Not connected' };

function showConnection(state: ConnectionState): void {
  const badge = byId('connection', HTMLParagraphElement);
  badge.dataset['state'] = state;
  setText(badge, CONNECTION[state]);
  const banner = byId('lost', HTMLParagraphElement);
  banner.hidden = state !== 'lost';
  setText(
    banner,
    state === 'lost'
      ? 'The connection to npm start is lost. What you see is how it was then; what had arrived in the bucket is not forgotten. Run npm start again: this page finds it by itself.'
      : '',
  );
  zone.held = state !== 'live';
}

function showPlace(place: Place): void {
  const { simulated, pinterest, bucket, prefix } = place;
  // The next npm start may have the same port, and upload to another Pinterest.
  if (placeBefore && placeBefore.pinterest !== pinterest) becomeAnother(place);
  placeBefore = place;
  setText(byId('place', HTMLParagraphElement), simulated ? 'with a simulated Pinterest' : `uploading to ${pinterest}`);
  setText(byId('bucket', HTMLElement), `${bucket}${prefix === '' ? '' : `/${prefix}`}`);
  nothingYet.show(place);
  zone.prefix = prefix;
}

function becomeAnother({ simulated, pinterest }: Place): void {
  const banner = byId('another', HTMLParagraphElement);
  const where = simulated ? 'has a simulated Pinterest now' : `uploads to ${pinterest} now`;
  setText(
    banner,
    `npm start ${where}, and has other files. What was not in the bucket before was let go: drop it again.`,
  );
  banner.hidden = false;
  list.clear();
  zone.letGo();
}

function showOverview(overview: Overview): void {
  figures.show(overview);
  faults.show(overview.faults);
  list.totals = overview;
}

listen({
  state: showConnection,
  snapshot({ place, overview, rows, now }) {
    setClock(now);
    showPlace(place);
    showOverview(overview);
    list.replace(rows);
    document.body.dataset['ready'] = '';
  },
  rows: (rows) => announcer.ended(list.merge(rows)),
  overview: showOverview,
});
