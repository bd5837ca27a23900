import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An error with the error code and the HTTP status that an AWS service would return. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

type Json = Record<string, unknown>;

/** The operations of a service by name. */
// biome-ignore lint/suspicious/noExplicitAny: each operation knows the shape of its own input, which the SDK has checked.
export type AwsService = Record<string, (input: any) => Promise<Json> | Json>;

/** Handles a request of the AWS JSON protocol 1.0 or 1.1. @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export async function answerAwsJson(
  request: IncomingMessage,
  response: ServerResponse,
  service: AwsService,
  operation: string,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const act = service[operation];
    if (!act) throw new AwsError('UnknownOperationException', `${operation} is not known on this machine.`);
    answer(request, response, 200, await act(JSON.parse(Buffer.concat(chunks).toString() || '{}')));
  } catch (error) {
    const known = error instanceof AwsError ? error : new AwsError('InternalFailure', (error as Error).message, 500);
    answerAwsError(request, response, known);
  }
}

/** Sends an error response of the AWS JSON protocol. */
export function answerAwsError(
  request: IncomingMessage,
  response: ServerResponse,
  { code, status, message }: AwsError,
): void {
  response.setHeader('x-amzn-errortype', code);
  answer(request, response, status, { __type: code, message });
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, body: Json): void {
  const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
  response.writeHead(status, { 'Content-Type': contentType, 'x-amzn-RequestId': randomUUID() });
  response.end(JSON.stringify(body));
}
