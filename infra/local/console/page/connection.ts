import type { StreamEvents } from '../shared/wire.ts';

export type ConnectionState = 'connecting' | 'live' | 'lost';

type Listeners = { [Name in keyof StreamEvents]: (data: StreamEvents[Name]) => void } & {
  state: (state: ConnectionState) => void;
};

/** Where the browser itself does not try again. */
const AGAIN_MS = 1000;

/** Listens to npm start for as long as the page is open, also across its end and its next start. */
export function listen(listeners: Listeners): void {
  const source = new EventSource('/events');
  const on = <Name extends keyof StreamEvents>(name: Name) =>
    source.addEventListener(name, (event) => listeners[name](JSON.parse((event as MessageEvent<string>).data)));
  on('snapshot');
  // After it: what waits for npm start must not go to another Pinterest than it was meant for.
  source.addEventListener('snapshot', () => listeners.state('live'));
  on('rows');
  on('overview');
  source.addEventListener('error', () => {
    listeners.state('lost');
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(listeners), AGAIN_MS);
  });
}
