/** The parts of @20minutes/s3rver 5 that are used here; the package ships no types. */
declare module '@20minutes/s3rver' {
  import type { RequestListener } from 'node:http';

  type Middleware = (ctx: import('./s3-context.ts').S3Context, next: () => Promise<void>) => Promise<void>;

  /** A Koa application. */
  export default class S3rver {
    constructor(options: { directory: string; silent: boolean; vhostBuckets: boolean; address?: string });
    middleware: Middleware[];
    store: import('@20minutes/s3rver/lib/stores/filesystem.js').default;
    context: { store: unknown };
    logger: { close(): void; exceptions: { unhandle(): void } };
    callback(): RequestListener;
    on(event: 'error', listener: (error: Error) => void): this;
  }
}

declare module '@20minutes/s3rver/lib/models/object.js' {
  export default class S3Object {
    constructor(bucket: string, key: string, content: unknown, metadata: Record<string, unknown>);
    bucket: string;
    key: string;
    content: import('node:stream').Readable | null;
    metadata: Record<string, string>;
    readonly size: number;
  }
}

declare module '@20minutes/s3rver/lib/models/error.js' {
  export default class S3Error extends Error {
    constructor(code: string, message: string, detail?: Record<string, unknown>);
  }
}

declare module '@20minutes/s3rver/lib/stores/filesystem.js' {
  import type S3Object from '@20minutes/s3rver/lib/models/object.js';

  export default class FilesystemStore {
    constructor(rootDirectory: string);
    rootDirectory: string;
    getBucketPath(bucket: string): string;
    getResourcePath(bucket: string, key: string | undefined, resource: string): string;
    putBucket(bucket: string): Promise<unknown>;
    getObject(bucket: string, key: string, range?: { start?: number; end?: number }): Promise<S3Object | null>;
    existsObject(bucket: string, key: string): Promise<boolean>;
    putObject(object: S3Object): Promise<{ size: number; md5: string }>;
    copyObject(
      fromBucket: string,
      fromKey: string,
      toBucket: string,
      toKey: string,
      metadata?: Record<string, string>,
    ): Promise<Record<string, string>>;
    deleteObject(bucket: string, key: string): Promise<void>;
    listObjects(
      bucket: string,
      options: import('./page-of-keys.ts').ListOptions,
    ): Promise<{ objects: S3Object[]; commonPrefixes: string[]; isTruncated: boolean }>;
    initiateUpload(bucket: string, key: string, uploadId: string, metadata: object): Promise<void>;
  }
}
