import * as z from 'zod/mini';
import type { ApiAnswer } from './api-request.ts';
import { lenient, number, text } from './lenient.ts';
import { PinterestError, type PinterestOperation } from './pinterest-error.ts';
import { pinterestSays } from './pinterest-says.ts';
import { retryAfterSecondsOf } from './rate-limit.ts';

/** The body of every error response: `{ "code": 2, "message": "Authentication failed." }`. */
const bodySchema = z.object({ code: lenient(number), message: lenient(text) });

/** Makes the error for a response that is not a success. */
export function refusal(
  operation: PinterestOperation,
  { status, headers }: Pick<ApiAnswer, 'status' | 'headers'>,
  json: unknown,
): PinterestError {
  const { code, message } = bodySchema.safeParse(json).data ?? {};
  const says = pinterestSays(message);
  const requestId = headers.get('x-pinterest-rid')?.slice(0, 100) || undefined;
  const marks = [code !== undefined && `code ${code}`, requestId !== undefined && `request ${requestId}`];
  const inBrackets = marks.filter(Boolean).join(', ');
  const answer = `${status}${inBrackets && ` (${inBrackets})`}${says === undefined ? '' : `: ${says}`}`;
  return new PinterestError(`Pinterest answered ${operation} with ${answer}`, {
    operation,
    status,
    code,
    says,
    requestId,
    retryAfterSeconds: retryAfterSecondsOf(headers),
    // The API's description has no redirects.
    unexpectedAnswer: status >= 300 && status < 400,
  });
}
