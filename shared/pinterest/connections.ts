import http from 'node:http';
import https from 'node:https';

/** Milliseconds. A function may be frozen between two requests, and the connection be gone when it wakes: an idle one is soon closed. */
const IDLE_CONNECTION_MS = 5_000;

// Node's types do not know that an agent hands it on to its sockets.
export type ConnectionOptions = http.AgentOptions & { highWaterMark?: number };
export type RequestSender = (url: URL, options: https.RequestOptions) => http.ClientRequest;

/** Begins requests, http and https, over connections that are kept for the next ones. Redirects are not followed. */
export function keptConnections(agentOptions: ConnectionOptions = {}): RequestSender {
  const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS, ...agentOptions };
  const plain = new http.Agent(options);
  const secure = new https.Agent(options);
  return (url, request) =>
    url.protocol === 'https:'
      ? https.request(url, { ...request, agent: secure })
      : http.request(url, { ...request, agent: plain });
}
