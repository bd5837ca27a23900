import type { StreamEvents } from '../shared/wire.ts';
import { keyHeaders, withKey } from './key.ts';

/** `locked`: npm start runs, but refuses this page because the page has no valid key. */
export type ConnectionState = 'connecting' | 'live' | 'lost' | 'locked';

type Listeners = { [Name in keyof StreamEvents]: (data: StreamEvents[Name]) => void } & {
  state: (state: ConnectionState) => void;
};

/** Delay before a reconnect when the browser does not reconnect by itself. */
const AGAIN_MS = 1000;

/** Receives events from npm start as long as the page is open. Reconnects after a restart of npm start. */
export function listen(listeners: Listeners): void {
  const source = new EventSource(withKey('/events'));
  const on = <Name extends keyof StreamEvents>(name: Name) =>
    source.addEventListener(name, (event) => listeners[name](JSON.parse((event as MessageEvent<string>).data)));
  on('snapshot');
  // Must run after the snapshot's own listener, which discards waiting files when the new stack uploads elsewhere.
  source.addEventListener('snapshot', () => listeners.state('live'));
  on('rows');
  on('overview');
  source.addEventListener('error', async () => {
    listeners.state('lost');
    if (source.readyState !== EventSource.CLOSED) return;
    // An EventSource does not reveal the status of a refused request.
    if (await isLocked()) listeners.state('locked');
    setTimeout(() => listen(listeners), AGAIN_MS);
  });
}

const isLocked = () =>
  fetch('/events', { method: 'HEAD', headers: keyHeaders() }).then(
    ({ status }) => status === 403,
    () => false,
  );
