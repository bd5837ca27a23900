import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An error as an AWS service names it. */
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

/** The operations of a service, by name. */
// biome-ignore lint/suspicious/noExplicitAny: each operation knows the shape of its own input, which the SDK has checked.
export type AwsService = Record<string, (input: any) => Promise<Json> | Json>;

/** Answers a request of the AWS JSON protocol, 1.0 or 1.1. @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export async function answerAwsJson(
  request: IncomingMessage,
  response: ServerResponse,
  service: AwsService,
  operation: string,
): Promise<void> {
  const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
  const answer = (status: number, body: Json, headers: Record<string, string> = {}) =>
    response
      .writeHead(status, { 'Content-Type': contentType, 'x-amzn-RequestId': randomUUID(), ...headers })
      .end(JSON.stringify(body));
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const act = service[operation];
    if (!act) throw new AwsError('UnknownOperationException', `${operation} is not known on this machine.`);
    answer(200, await act(JSON.parse(Buffer.concat(chunks).toString() || '{}')));
  } catch (error) {
    const { code, status } = error instanceof AwsError ? error : new AwsError('InternalFailure', '', 500);
    answer(status, { __type: code, message: (error as Error).message }, { 'x-amzn-errortype': code });
  }
}
