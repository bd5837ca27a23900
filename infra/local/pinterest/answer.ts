import type { OutgoingHttpHeaders } from 'node:http';

/** The response of a simulated operation. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: OutgoingHttpHeaders;
}

/** An error response with Pinterest's error body: code and message. */
export const refusal = (status: number, code: number, message: string, headers: OutgoingHttpHeaders = {}): Answer => ({
  status,
  body: { code, message },
  headers,
});
