import type { OutgoingHttpHeaders } from 'node:http';

/** What a simulated operation answers. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: OutgoingHttpHeaders;
}

/** An error body as Pinterest sends it: code and message. */
export const refusal = (status: number, code: number, message: string, headers: OutgoingHttpHeaders = {}): Answer => ({
  status,
  body: { code, message },
  headers,
});
