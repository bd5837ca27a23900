import type { ServerResponse } from 'node:http';
import type { Overview, StreamEvents, UploadRow } from '../shared/wire.ts';

/** Changes within this time are sent together: people see no difference, and a thousand drops need few messages. */
const GATHER_MS = 100;
/** Interval at which the figures above the rows are sent if they have changed. */
const OVERVIEW_MS = 1000;

export interface StreamSource {
  snapshot(): StreamEvents['snapshot'];
  overview(): Overview;
  watch(watcher: (row: UploadRow) => void): () => void;
}

/**
 * Sends changes to one page as long as its connection is open. A slow page gets only the newest version of each row, so
 * that no backlog grows.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function streamEvents(response: ServerResponse, source: StreamSource): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const changed = new Map<string, UploadRow>();
  let overview = '';
  const send = <Name extends keyof StreamEvents>(name: Name, data: StreamEvents[Name]) =>
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  const sendOverview = () => {
    const now = source.overview();
    if (JSON.stringify(now) === overview || response.writableNeedDrain) return;
    overview = JSON.stringify(now);
    send('overview', now);
  };
  const sendRows = () => {
    if (changed.size === 0 || response.writableNeedDrain) return;
    send('rows', [...changed.values()]);
    changed.clear();
    sendOverview();
  };
  const unwatch = source.watch((row) => changed.set(row.uploadId, row));
  const timers = [setInterval(sendRows, GATHER_MS), setInterval(sendOverview, OVERVIEW_MS)];
  for (const timer of timers) timer.unref();
  response.on('close', () => {
    unwatch();
    for (const timer of timers) clearInterval(timer);
  });
  response.on('error', () => {});
  // The browser's delay before it reconnects, in milliseconds.
  response.write('retry: 1000\n\n');
  send('snapshot', source.snapshot());
}
