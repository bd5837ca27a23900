import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type http from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { keptConnections } from '../../shared/pinterest/connections.ts';
import { needed } from './endpoint.ts';

export interface AwsRequest {
  url: URL;
  /** As it goes over the wire, percent-encoded: a URL would resolve the dots that a key may have. */
  path: string;
  query?: Record<string, string>;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signingName: string;
}

/** Milliseconds without a byte until a request is given up: short enough that a function of 30 s can make another. */
export const IDLE_MS = 10_000;

const send = keptConnections();

/** Node's SHA-256 in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | Uint8Array | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key as Uint8Array);
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

const signers = new Map<string, SignatureV4>();

function signerOf(service: string): SignatureV4 {
  const known = signers.get(service);
  if (known) return known;
  const signer = new SignatureV4({
    service,
    region: needed('AWS_REGION'),
    sha256: Sha256 as never,
    // S3 alone takes the path as it is.
    uriEscapePath: service !== 's3',
    credentials: async () => {
      const sessionToken = process.env['AWS_SESSION_TOKEN'];
      return {
        accessKeyId: needed('AWS_ACCESS_KEY_ID'),
        secretAccessKey: needed('AWS_SECRET_ACCESS_KEY'),
        ...(sessionToken ? { sessionToken } : {}),
      };
    },
  });
  signers.set(service, signer);
  return signer;
}

/**
 * Signs a request with the credentials that Lambda puts into the environment.
 * @returns its path, with the query, and its headers
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signed(request: AwsRequest): Promise<{ path: string; headers: Record<string, string> }> {
  const { url, path, query = {}, method, body, signingName } = request;
  const { protocol, hostname, port, host } = url;
  const trace = process.env['_X_AMZN_TRACE_ID'];
  const { headers } = await signerOf(signingName).sign({
    ...{ method, protocol, hostname, path, query },
    ...(port === '' ? {} : { port: Number(port) }),
    headers: { host, ...request.headers, ...(trace ? { 'x-amzn-trace-id': trace } : {}) },
    ...(body === undefined ? {} : { body }),
  });
  const length: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20');
  return { path: search === '' ? path : `${path}?${search}`, headers: { ...headers, ...length } };
}

/**
 * Signs a request and sends it.
 * @returns the answer, whatever its status, once its headers are there
 * @throws Error when there is no answer
 */
export async function sendSigned(request: AwsRequest): Promise<http.IncomingMessage> {
  const { url, method, body } = request;
  const { path, headers } = await signed(request);
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, path, headers, timeout: IDLE_MS });
    sent.on('timeout', () => sent.destroy(new Error(`${url.host} said nothing for ${IDLE_MS / 1000} s.`)));
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end(body);
  });
}

/** All of an answer's body. */
export async function bodyOf(answer: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks);
}
