import { VERSION } from '../version.ts';

/** Base URL of Pinterest's API, with its version. */
export const DEFAULT_API_URL = 'https://api.pinterest.com/v5';

/** Of every request to the API, the sign-in's included. */
export const USER_AGENT = `pindrop/${VERSION}`;

export interface ApiRequest {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds until the whole answer must be there. */
  timeoutMs: number;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** An answer of the API has some kilobytes; a page of 250 media has fifty. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Sends one request and reads its whole answer. Redirects are not followed: the token must not go elsewhere.
 * @throws Error when there was no whole answer; its name is TimeoutError when there was none in time
 */
export async function apiRequest(url: string, { timeoutMs, ...request }: ApiRequest): Promise<ApiAnswer> {
  const options: RequestInit = { ...request, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) };
  try {
    return await whole(await fetch(url, options));
  } catch (error) {
    if (request.method === 'GET' && connectionClosed(error)) return await whole(await fetch(url, options));
    throw error;
  }
}

/**
 * True when the server closed the connection without an answer. fetch does not repeat a request that met a connection
 * which the server had just closed for being idle.
 */
function connectionClosed(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(cause.code))
  );
}

async function whole(response: Response): Promise<ApiAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > MAX_ANSWER_BYTES) throw new Error('The answer is too long to be one of the API.');
    chunks.push(chunk);
  }
  return { status: response.status, headers: response.headers, text: Buffer.concat(chunks).toString() };
}
