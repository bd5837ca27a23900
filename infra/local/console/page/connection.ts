import type { StreamEvents } from '../shared/wire.ts';
import { keyHeaders, withKey } from './key.ts';

/** `locked`: npm start answers, but not to a page without its key. */
export type ConnectionState = 'connecting' | 'live' | 'lost' | 'locked';

type Listeners = { [Name in keyof StreamEvents]: (data: StreamEvents[Name]) => void } & {
  state: (state: ConnectionState) => void;
};

/** Delay of a reconnect that the browser does not make itself. */
const AGAIN_MS = 1000;

/** Listens to npm start for as long as the page is open, also after a restart of npm start. */
export function listen(listeners: Listeners): void {
  const source = new EventSource(withKey('/events'));
  const on = <Name extends keyof StreamEvents>(name: Name) =>
    source.addEventListener(name, (event) => listeners[name](JSON.parse((event as MessageEvent<string>).data)));
  on('snapshot');
  // After the snapshot's own listener: waiting files must not go to a Pinterest that they were not meant for.
  source.addEventListener('snapshot', () => listeners.state('live'));
  on('rows');
  on('overview');
  source.addEventListener('error', async () => {
    listeners.state('lost');
    if (source.readyState !== EventSource.CLOSED) return;
    // An EventSource does not say why it was refused.
    if (await isLocked()) listeners.state('locked');
    setTimeout(() => listen(listeners), AGAIN_MS);
  });
}

const isLocked = () =>
  fetch('/events', { method: 'HEAD', headers: keyHeaders() }).then(
    ({ status }) => status === 403,
    () => false,
  );
