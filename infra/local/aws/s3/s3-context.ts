import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type FilesystemStore from '@20minutes/s3rver/lib/stores/filesystem.js';

/** A Koa context, as far as it is used here. */
export interface S3Context {
  method: string;
  path: string;
  querystring: string;
  query: Record<string, string | undefined>;
  headers: IncomingHttpHeaders;
  status: number;
  /** The request's body to s3rver. */
  req: IncomingMessage | Readable;
  store: FilesystemStore;
  set(header: string, value: string): void;
}
