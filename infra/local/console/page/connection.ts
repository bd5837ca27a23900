import type { StreamEvents } from '../shared/wire.ts';

export type ConnectionState = 'connecting' | 'live' | 'lost';

type Listeners = { [Name in keyof StreamEvents]: (data: StreamEvents[Name]) => void } & {
  state: (state: ConnectionState) => void;
};

/** Delay of a reconnect that the browser does not make itself. */
const AGAIN_MS = 1000;

/** Listens to npm start for as long as the page is open, also after a restart of npm start. */
export function listen(listeners: Listeners): void {
  const source = new EventSource('/events');
  const on = <Name extends keyof StreamEvents>(name: Name) =>
    source.addEventListener(name, (event) => listeners[name](JSON.parse((event as MessageEvent<string>).data)));
  on('snapshot');
  // After the snapshot's own listener: waiting files must not go to a Pinterest that they were not meant for.
  source.addEventListener('snapshot', () => listeners.state('live'));
  on('rows');
  on('overview');
  source.addEventListener('error', () => {
    listeners.state('lost');
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(listeners), AGAIN_MS);
  });
}
