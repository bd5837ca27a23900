import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import S3Error from '@20minutes/s3rver/lib/models/error.js';
import S3Object from '@20minutes/s3rver/lib/models/object.js';
import FilesystemStore from '@20minutes/s3rver/lib/stores/filesystem.js';
import type { StoredVersion } from './object-created-record.ts';
import { type ListOptions, pageOfKeys } from './page-of-keys.ts';
import type { Version, VersionStore } from './version-store.ts';

/** What a request says beyond bucket and key, which s3rver's store never hears of. */
export interface RequestView {
  /** The version that is asked for. */
  versionId?: string;
  how: StoredVersion['how'];
  versioned: (bucket: string) => boolean;
  /** Told of what the request put, or read. */
  onPut: (version: Version) => void;
  onRead: (versionId: string) => void;
}

/** What the file is called, beside s3rver's own of an object, that says which version of a key is current. */
const CURRENT = 'current.json';

/** In bytes. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY = 1024;

/**
 * s3rver's store of current objects: a file for each key that names its current version, which is where the bytes are.
 * It is replaced when that version is complete, so a put never changes a byte of what somebody else is reading.
 */
export class ObjectStore extends FilesystemStore {
  readonly #versions: VersionStore;

  constructor(directory: string, versions: VersionStore) {
    super(directory);
    this.#versions = versions;
  }

  /** This store, as one request sees it. */
  view(request: RequestView): ObjectStore {
    const view: ObjectStore = Object.create(this);
    // `this` would be the view, which has none of the class's private fields.
    view.getObject = (bucket, key, range) => this.#read(request, bucket, key, range);
    view.putObject = (object) => this.#put(request, object);
    view.copyObject = (...copy) => this.#copy(request, ...copy);
    view.deleteObject = (bucket, key) => this.#delete(request, bucket, key);
    view.existsObject = async (bucket, key) =>
      request.versionId !== undefined || (await this.#currentVersionId(bucket, key)) !== undefined;
    view.listObjects = (bucket, options) => this.#list(bucket, options);
    return view;
  }

  /** A key's files are named by its hash: keys are longer than names may be, and a path has no `..` to name something by. */
  override getResourcePath(bucket: string, key: string | undefined, resource: string): string {
    return super.getResourcePath(bucket, key && createHash('sha256').update(key).digest('hex'), resource);
  }

  override async initiateUpload(bucket: string, key: string, uploadId: string, metadata: object): Promise<void> {
    requireShortKey(key);
    await super.initiateUpload(bucket, key, uploadId, metadata);
  }

  /** Makes a version the current one of its key. */
  async makeCurrent({ bucket, key, versionId }: Version): Promise<void> {
    const path = this.getResourcePath(bucket, key, CURRENT);
    const part = `${path}.${process.hrtime.bigint()}.part`;
    await writeFile(part, JSON.stringify({ key, versionId }));
    await rename(part, path);
  }

  async #currentVersionId(bucket: string, key: string): Promise<string | undefined> {
    const text = await readFile(this.getResourcePath(bucket, key, CURRENT), 'utf8').catch(() => undefined);
    return text && JSON.parse(text).versionId;
  }

  async #current(bucket: string, key: string, range?: { start?: number; end?: number }) {
    for (let before: string | undefined; ; ) {
      const versionId = await this.#currentVersionId(bucket, key);
      // Where no versions are kept, the one that was current a moment ago may be gone: then there is a newer one.
      if (versionId === undefined || versionId === before) return null;
      const object = await this.#versions.get(bucket, key, versionId, range);
      if (object) return { object, versionId };
      before = versionId;
    }
  }

  async #read(
    { versionId, versioned, onRead }: RequestView,
    bucket: string,
    key: string,
    range?: { start?: number; end?: number },
  ) {
    if (versionId !== undefined) {
      const object = await this.#versions.get(bucket, key, versionId, range);
      if (object && versioned(bucket)) onRead(versionId);
      return object;
    }
    const current = await this.#current(bucket, key, range);
    if (current && versioned(bucket)) onRead(current.versionId);
    return current?.object ?? null;
  }

  async #put({ versioned, how, onPut }: RequestView, object: S3Object) {
    const { bucket, key } = object;
    requireShortKey(key);
    const before = versioned(bucket) ? undefined : await this.#currentVersionId(bucket, key);
    const version = await this.#versions.put(object, versioned(bucket), how);
    try {
      await this.makeCurrent(version);
    } catch (error) {
      // Whoever put it hears that it failed: nothing of it is to be told of at the next start.
      await this.#versions.remove(bucket, version.versionId);
      throw error;
    }
    if (before !== undefined) await this.#versions.remove(bucket, before);
    onPut(version);
    return { size: version.size, md5: version.md5 };
  }

  async #copy(
    view: RequestView,
    fromBucket: string,
    fromKey: string,
    bucket: string,
    key: string,
    metadata?: Record<string, string>,
  ) {
    const source = await this.#current(fromBucket, fromKey);
    if (!source) throw new Error(`There is no object ${fromKey} to copy.`);
    const { content, metadata: own } = source.object;
    await this.#put(view, new S3Object(bucket, key, content, metadata ?? own));
    return (await this.#metadata(bucket, key)) ?? {};
  }

  /** Without a version only what is current goes, as behind a delete marker. */
  async #delete({ versionId, versioned }: RequestView, bucket: string, key: string): Promise<void> {
    const current = await this.#currentVersionId(bucket, key);
    const gone = versionId ?? (versioned(bucket) ? undefined : current);
    if (versionId === undefined || versionId === current) {
      const all = versionId === undefined ? [] : await this.#versions.all(bucket);
      const previous = all.filter((version) => version.key === key && version.versionId !== versionId).at(-1);
      if (previous) await this.makeCurrent(previous);
      else await rm(this.getResourcePath(bucket, key, CURRENT), { force: true });
    }
    if (gone !== undefined) await this.#versions.remove(bucket, gone);
  }

  async #list(bucket: string, options: ListOptions) {
    const files = (await readdir(this.getBucketPath(bucket))).filter((name) => name.endsWith(`_${CURRENT}`));
    const keys = await Promise.all(
      files.map(async (name) => JSON.parse(await readFile(`${this.getBucketPath(bucket)}/${name}`, 'utf8')).key),
    );
    const page = pageOfKeys(keys, options);
    const listed = page.keys.map(async (key) => {
      const metadata = await this.#metadata(bucket, key);
      return metadata ? [new S3Object(bucket, key, null, metadata)] : [];
    });
    return { ...page, objects: (await Promise.all(listed)).flat() };
  }

  async #metadata(bucket: string, key: string) {
    const current = await this.#current(bucket, key);
    current?.object.content?.destroy();
    return current?.object.metadata;
  }
}

function requireShortKey(key: string): void {
  const Size = Buffer.byteLength(key);
  if (Size <= LONGEST_KEY) return;
  throw new S3Error('KeyTooLongError', 'Your key is too long', { Size, MaxSizeAllowed: LONGEST_KEY });
}
