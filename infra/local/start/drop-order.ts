import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { coverKeysOf, isCompanionKey, sidecarKeyOf } from '../../../shared/upload/companion-keys.ts';

/**
 * The files to drop, in the order in which the bucket must get them: the companions that lie beside a video come before
 * the video. A companion among the given files replaces one with the same name beside the video.
 * @param files paths from the command line
 */
export async function dropOrder(files: string[]): Promise<string[]> {
  const companions = new Map(files.filter(isCompanionKey).map((file) => [basename(file), file]));
  const videos = files.filter((file) => !isCompanionKey(file));
  for (const video of videos) {
    for (const file of [sidecarKeyOf(video) ?? [], coverKeysOf(video)].flat()) {
      if (!companions.has(basename(file)) && (await isFile(file))) companions.set(basename(file), file);
    }
  }
  return [...companions.values(), ...videos];
}

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
