import http from 'node:http';
import https from 'node:https';

/**
 * Milliseconds after which an idle connection is closed. Lambda may freeze a function between two requests, and the
 * connections are broken when the function resumes.
 */
const IDLE_CONNECTION_MS = 5_000;

// An agent passes `highWaterMark` to its sockets, but Node's types do not declare it.
export type ConnectionOptions = http.AgentOptions & { highWaterMark?: number };
export type RequestSender = (url: URL, options: https.RequestOptions) => http.ClientRequest;

/** Starts http and https requests over keep-alive connections. Redirects are not followed. */
export function keptConnections(agentOptions: ConnectionOptions = {}): RequestSender {
  const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS, ...agentOptions };
  const plain = new http.Agent(options);
  const secure = new https.Agent(options);
  return (url, request) =>
    url.protocol === 'https:'
      ? https.request(url, { ...request, agent: secure })
      : http.request(url, { ...request, agent: plain });
}
