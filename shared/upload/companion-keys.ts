/**
 * Companion objects: they lie beside a video in the same bucket and describe it. `clip.mp4.json` is the sidecar of
 * `clip.mp4`, and `clip.mp4.jpg` is a cover. A companion is never uploaded as a video.
 */

const VIDEO_KEY = /\.(mp4|mov|m4v)$/i;
const COMPANION_KEY = /\.(mp4|mov|m4v)\.(json|jpg|jpeg|png)$/i;

/** The longest key of S3, in bytes of UTF-8. A request with a longer key is refused. */
const MAX_KEY_BYTES = 1024;

/** True for the key of a companion object. Upper and lower case do not matter. */
export const isCompanionKey = (key: string): boolean => COMPANION_KEY.test(key);

/**
 * The key of a video's sidecar.
 * @returns undefined when the key cannot have a sidecar: it does not end like a video, or is too long
 */
export const sidecarKeyOf = (videoKey: string): string | undefined => companionKeys(videoKey, ['.json'])[0];

/**
 * The keys that a video's cover image may have. The first one that exists is the cover.
 * @returns an empty list when the key cannot have a cover: it does not end like a video, or is too long
 */
export const coverKeysOf = (videoKey: string): string[] => companionKeys(videoKey, ['.jpg', '.jpeg', '.png']);

const companionKeys = (videoKey: string, endings: string[]) =>
  VIDEO_KEY.test(videoKey) ? endings.map((ending) => videoKey + ending).filter(fitsS3) : [];

const fitsS3 = (key: string) => new TextEncoder().encode(key).length <= MAX_KEY_BYTES;
