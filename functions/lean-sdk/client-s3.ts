import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { endpointOf } from './endpoint.ts';
import { objectPlace } from './object-place.ts';
import { openObject } from './object-stream.ts';
import { withRetries } from './retries.ts';
import { ServiceException } from './service-exception.ts';
import { type AwsRequest, bodyOf, IDLE_MS, sendSigned, signed } from './signed-request.ts';

const SERVICE = { id: 'S3', host: 's3', signingName: 's3' };

export class S3ServiceException extends ServiceException {}
export class NoSuchKey extends S3ServiceException {}

/** Inputs that go into headers. */
const HEADERS = { ContentType: 'content-type', IfMatch: 'if-match', IfNoneMatch: 'if-none-match', Range: 'range' };

export interface ObjectInput extends Partial<Record<keyof typeof HEADERS, string>> {
  Bucket: string;
  Key: string;
  VersionId?: string;
  Body?: string | Uint8Array;
}

abstract class ObjectCommand {
  abstract readonly method: AwsRequest['method'];
  readonly input: ObjectInput;

  constructor(input: ObjectInput) {
    this.input = input;
  }
}
export class GetObjectCommand extends ObjectCommand {
  readonly method = 'GET';
}
export class HeadObjectCommand extends ObjectCommand {
  readonly method = 'HEAD';
}
export class PutObjectCommand extends ObjectCommand {
  readonly method = 'PUT';
}

/** Amazon S3: objects by their key, read as they come and written whole. */
export class S3Client {
  /** @throws S3ServiceException when S3 answers with an error; Error when it does not answer */
  async send(command: ObjectCommand): Promise<object> {
    const { method } = command;
    const request = requestFor(command);
    return withRetries(async () => {
      const opened = method === 'GET' && command.input.Range === undefined ? await open(request) : undefined;
      if (opened) return opened;
      const answer = await sendSigned(request);
      const status = answer.statusCode ?? 0;
      if (status < 200 || status >= 300) throw await exceptionOf(answer, status);
      const said = headersOf(answer.headers);
      if (method === 'GET') return { ...said, Body: streaming(answer) };
      await bodyOf(answer);
      return said;
    });
  }
}

function requestFor({ method, input }: ObjectCommand): AwsRequest {
  const { Bucket, Key, VersionId, Body, ...others } = input;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(others)) {
    const header = HEADERS[name as keyof typeof HEADERS];
    if (header === undefined) throw new Error(`This client of S3 does not know the input ${name}.`);
    if (value !== undefined) headers[header] = value;
  }
  return {
    ...objectPlace(endpointOf(SERVICE), Bucket, Key),
    ...{ method, headers, signingName: SERVICE.signingName },
    ...(VersionId === undefined ? {} : { query: { versionId: VersionId } }),
    ...(Body === undefined ? {} : { body: Body }),
  };
}

function headersOf(headers: IncomingHttpHeaders) {
  const { etag, 'content-length': length, 'content-type': type, 'last-modified': modified } = headers;
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), String(value)]] : [],
  );
  return {
    ETag: etag,
    ContentLength: length === undefined ? undefined : Number(length),
    ContentType: type,
    LastModified: modified === undefined ? undefined : new Date(modified),
    Metadata: Object.fromEntries(metadata),
  };
}

/** A whole object, as fast as it can be had; undefined when the answer is no object, and who says why is asked again. */
async function open(request: AwsRequest) {
  const { path, headers } = await signed(request);
  const opened = await openObject(request.url, path, headers, IDLE_MS);
  if (!opened) return undefined;
  const { body } = opened;
  const whole = async () => {
    body.setIdle(IDLE_MS);
    return Buffer.concat(await body.toArray());
  };
  const Body = Object.assign(body, {
    transformToByteArray: whole,
    transformToString: async () => (await whole()).toString(),
  });
  return { ...headersOf(opened.headers), Body };
}

function streaming(answer: IncomingMessage) {
  // Whoever reads it as it comes says how long it may stand still: it does while the other side takes nothing.
  answer.socket.setTimeout(0);
  const whole = () => {
    answer.socket.setTimeout(IDLE_MS);
    return bodyOf(answer);
  };
  return Object.assign(answer, {
    transformToByteArray: whole,
    transformToString: async () => (await whole()).toString(),
  });
}

async function exceptionOf(answer: IncomingMessage, status: number): Promise<ServiceException> {
  const document = (await bodyOf(answer)).toString();
  // S3's error documents are flat; the answer to HEAD has none.
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1];
  const code = element('Code') ?? `HTTP ${status}`;
  const Exception = code === 'NoSuchKey' ? NoSuchKey : S3ServiceException;
  return new Exception(code, element('Message') ?? `S3 answered ${status}.`, status);
}
