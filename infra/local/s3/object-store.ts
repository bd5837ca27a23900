import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import S3Object from '@20minutes/s3rver/lib/models/object.js';
import FilesystemStore from '@20minutes/s3rver/lib/stores/filesystem.js';
import type { StoredVersion } from './object-created-record.ts';
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

/** Beside s3rver's own files of an object: which version they are. */
const VERSION = 'version';

/**
 * s3rver's store of current objects, whose files are links to those of their newest version. A put changes what is
 * current only when its version is complete, and never a byte of what somebody else is reading.
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
      request.versionId === undefined ? super.existsObject(bucket, key) : true;
    return view;
  }

  /** Makes a version the current one of its key. */
  async makeCurrent({ bucket, key, versionId }: Version): Promise<void> {
    const paths = this.#versions.paths(bucket, versionId);
    await mkdir(dirname(this.getResourcePath(bucket, key, 'object')), { recursive: true });
    await this.#replace(bucket, key, VERSION, (path) => writeFile(path, versionId));
    // The bytes come last: they are what makes the object be there.
    for (const resource of ['metadata.json', 'object.md5', 'object'] as const) {
      await this.#replace(bucket, key, resource, (path) => link(paths[resource], path));
    }
  }

  async currentVersionId(bucket: string, key: string): Promise<string | undefined> {
    return readFile(this.getResourcePath(bucket, key, VERSION), 'utf8').catch(() => undefined);
  }

  async #replace(bucket: string, key: string, resource: string, make: (path: string) => Promise<void>): Promise<void> {
    const path = this.getResourcePath(bucket, key, resource);
    const part = `${path}.${process.hrtime.bigint()}.part`;
    await make(part);
    await rename(part, path);
    // A link renamed onto a link to the same file stays where it was.
    await rm(part, { force: true });
  }

  async #read(
    { versionId, versioned, onRead }: RequestView,
    bucket: string,
    key: string,
    range?: { start?: number; end?: number },
  ) {
    const object = versionId
      ? await this.#versions.get(bucket, key, versionId, range)
      : await super.getObject(bucket, key, range);
    const read = versionId ?? (await this.currentVersionId(bucket, key));
    if (object && read !== undefined && versioned(bucket)) onRead(read);
    return object;
  }

  async #put({ versioned, how, onPut }: RequestView, object: S3Object) {
    const { bucket, key } = object;
    const before = versioned(bucket) ? undefined : await this.currentVersionId(bucket, key);
    const version = await this.#versions.put(object, versioned(bucket), how);
    await this.makeCurrent(version);
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
    const source = await super.getObject(fromBucket, fromKey);
    if (!source) throw new Error(`There is no object ${fromKey} to copy.`);
    await this.#put(view, new S3Object(bucket, key, source.content, metadata ?? source.metadata));
    return super.getMetadata(bucket, key);
  }

  /** Without a version only what is current goes, as behind a delete marker. */
  async #delete({ versionId, versioned }: RequestView, bucket: string, key: string): Promise<void> {
    const current = await this.currentVersionId(bucket, key);
    const gone = versionId ?? (versioned(bucket) ? undefined : current);
    if (gone !== undefined) await this.#versions.remove(bucket, gone);
    if (versionId !== undefined && versionId !== current) return;
    await rm(this.getResourcePath(bucket, key, VERSION), { force: true });
    if (await stat(this.getResourcePath(bucket, key, 'object')).catch(() => undefined))
      await super.deleteObject(bucket, key);
    const previous = versionId && (await this.#versions.all(bucket)).filter((version) => version.key === key).at(-1);
    if (previous) await this.makeCurrent(previous);
  }
}
