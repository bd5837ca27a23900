import { VERSION } from '../version.ts';

/** Base URL of Pinterest's API, with its version. */
export const DEFAULT_API_URL = 'https://api.pinterest.com/v5';

/** The User-Agent header of every request to the API, including the requests of the sign-in. */
export const USER_AGENT = `pindrop/${VERSION}`;

export interface ApiRequest {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds within which the complete response must arrive. */
  timeoutMs: number;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** A response of the API has a few kilobytes; a page of 250 media has about fifty. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Sends one request and reads the complete response. Redirects are not followed, so that the token is not sent
 * elsewhere.
 * @throws Error when no complete response arrived; its name is TimeoutError when the time ran out
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
 * True when the server closed the connection without a response. This happens when a request meets an idle connection
 * that the server has just closed. fetch does not repeat such a request by itself.
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
    // The throw leaves the loop, which cancels the rest of the response.
    if (length > MAX_ANSWER_BYTES) throw new Error('The answer is too long to be one of the API.');
    chunks.push(chunk);
  }
  return { status: response.status, headers: response.headers, text: Buffer.concat(chunks).toString() };
}
