import type { ServerResponse } from 'node:http';
import type { Overview, StreamEvents, UploadRow } from '../shared/wire.ts';

/** Changes within this time are told together: a person sees no difference, and a thousand drops stay cheap. */
const GATHER_MS = 100;
/** How often it is looked whether the numbers above the rows are others. */
const OVERVIEW_MS = 1000;

export interface StreamSource {
  snapshot(): StreamEvents['snapshot'];
  overview(): Overview;
  watch(watcher: (row: UploadRow) => void): () => void;
}

/**
 * Tells one page what happens, for as long as it listens. A page that does not keep up is told the newest of each row
 * later, and nothing piles up for it.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function streamEvents(response: ServerResponse, source: StreamSource): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const changed = new Map<string, UploadRow>();
  let overview = '';
  const send = <Name extends keyof StreamEvents>(name: Name, data: StreamEvents[Name]) =>
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  const tellOverview = () => {
    const now = source.overview();
    if (JSON.stringify(now) === overview || response.writableNeedDrain) return;
    overview = JSON.stringify(now);
    send('overview', now);
  };
  const tellRows = () => {
    if (changed.size === 0 || response.writableNeedDrain) return;
    send('rows', [...changed.values()]);
    changed.clear();
    tellOverview();
  };
  const unwatch = source.watch((row) => changed.set(row.uploadId, row));
  const timers = [setInterval(tellRows, GATHER_MS), setInterval(tellOverview, OVERVIEW_MS)];
  for (const timer of timers) timer.unref();
  response.on('close', () => {
    unwatch();
    for (const timer of timers) clearInterval(timer);
  });
  response.on('error', () => {});
  // How long the browser waits before it connects again, in milliseconds.
  response.write('retry: 1000\n\n');
  send('snapshot', source.snapshot());
}
