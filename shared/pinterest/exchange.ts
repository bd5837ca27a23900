import type http from 'node:http';
import { keptConnections } from './connections.ts';

export interface ExchangeRequest {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds until the whole answer must be there. */
  timeoutMs: number;
}

export interface ExchangeAnswer {
  status: number;
  headers: HeaderReader;
  text: string;
}

/** Looks a header up by its name in small letters, as a `Headers` does. */
export interface HeaderReader {
  get(name: string): string | null;
}

/** An answer of the API has some kilobytes; a page of 250 media has fifty. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const send = keptConnections();

/**
 * One request and its whole answer. Redirects are not followed. Over `node:https` and not `fetch`, whose first use costs
 * a cold start 20 ms and which brings nothing that is needed here.
 * @throws Error when there was no whole answer; its name is TimeoutError when there was none in time
 */
export async function exchange(url: URL, request: ExchangeRequest): Promise<ExchangeAnswer> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    return await attempt(url, request, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // The other end closed an idle connection just as it was used again.
    if (request.method === 'GET' && error instanceof StaleConnectionError) return await attempt(url, request, signal);
    throw error;
  }
}

class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

function attempt(url: URL, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
  const { method, headers, body } = request;
  return new Promise((resolve, reject) => {
    const sent = send(url, {
      ...{ method, signal },
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
    });
    sent.on('error', (cause: NodeJS.ErrnoException) =>
      reject(
        sent.reusedSocket && cause.code === 'ECONNRESET' ? new StaleConnectionError(cause.message, { cause }) : cause,
      ),
    );
    sent.on('response', (answer) => {
      read(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 0, headers: headerReader(answer), text }),
        (error) => {
          sent.destroy();
          reject(error);
        },
      );
    });
    sent.end(body);
  });
}

async function read(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error('The answer is too long to be one of the API.');
  }
  return Buffer.concat(chunks).toString();
}

const headerReader = ({ headers }: http.IncomingMessage): HeaderReader => ({
  get: (name) => {
    const value = headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  },
});
