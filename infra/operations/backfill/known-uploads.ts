import { objectUploadId, readableStart } from '../../../shared/upload/drop.ts';
import { attemptMessage } from '../attempts.ts';
import type { ObjectVersion } from '../dropped-object.ts';
import { executionsNewestFirst, findUpload, type UploadPorts } from '../uploads.ts';
import type { CurrentVersion } from './current-versions.ts';

/** Length of the hash at the end of an upload id. */
const HASH_LENGTH = 32;

/** The executions of the state machine. One request lists 1,000 of them, so a lookup needs no request of its own. */
export class KnownUploads {
  /** Milliseconds since 1970 at which each execution started, by its name. */
  readonly #started = new Map<string, number>();
  readonly #ports: UploadPorts;
  readonly #objects = new Map<string, Promise<ObjectVersion | undefined>>();
  #namesByStart: Map<string, string[]> | undefined;

  private constructor(ports: UploadPorts) {
    this.#ports = ports;
  }

  /** @param since executions that started earlier are not listed */
  static async list(ports: UploadPorts, since = new Date(0)): Promise<KnownUploads> {
    const known = new KnownUploads(ports);
    for await (const { name = '', startDate = since } of executionsNewestFirst(Number.POSITIVE_INFINITY, ports)) {
      if (startDate < since) break;
      known.#started.set(name, startDate.getTime());
    }
    return known;
  }

  /** True when an execution followed this version, whatever its outcome was. */
  async has(version: CurrentVersion): Promise<boolean> {
    const { lastModified } = version;
    const uploadId = attemptMessage(version, undefined, lastModified)?.uploadId ?? '';
    // Some emulators leave the version id out of their notifications.
    if (this.#started.has(uploadId) || this.#started.has(objectUploadId(version, lastModified))) return true;
    return version.versionId === undefined && (await this.#hasSameObject(version));
  }

  /**
   * Describes the executions of objects with the same name. An execution has another upload id if an earlier version of
   * Pindrop started it, or if the object could not be read.
   */
  async #hasSameObject({ bucket, key, eTag, lastModified }: CurrentVersion): Promise<boolean> {
    for (const name of this.#names(readableStart(key))) {
      if ((this.#started.get(name) ?? 0) < lastModified.getTime()) continue;
      const object = await this.#objectOf(name);
      if (object?.bucket === bucket && object.key === key && object.eTag === eTag) return true;
    }
    return false;
  }

  #names(start: string): string[] {
    this.#namesByStart ??= Map.groupBy(this.#started.keys(), (name) => name.slice(0, -HASH_LENGTH));
    return this.#namesByStart.get(start) ?? [];
  }

  /** Describes an execution only once: many keys may have the same file name. */
  #objectOf(name: string): Promise<ObjectVersion | undefined> {
    const before = this.#objects.get(name);
    if (before) return before;
    const object = findUpload(name, this.#ports).then((known) => known?.upload.object);
    this.#objects.set(name, object);
    return object;
  }
}
