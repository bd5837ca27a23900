import http from 'node:http';
import https from 'node:https';

/** Milliseconds. A function may be frozen between two requests, and its connections are gone when it resumes: close them soon. */
const IDLE_CONNECTION_MS = 5_000;

// An agent passes this option on to its sockets; Node's types do not have it.
export type ConnectionOptions = http.AgentOptions & { highWaterMark?: number };
export type RequestSender = (url: URL, options: https.RequestOptions) => http.ClientRequest;

/** Starts http and https requests over connections that are kept alive. Redirects are not followed. */
export function keptConnections(agentOptions: ConnectionOptions = {}): RequestSender {
  const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS, ...agentOptions };
  const plain = new http.Agent(options);
  const secure = new https.Agent(options);
  return (url, request) =>
    url.protocol === 'https:'
      ? https.request(url, { ...request, agent: secure })
      : http.request(url, { ...request, agent: plain });
}
