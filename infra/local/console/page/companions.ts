import { coverKeysOf, isCompanionKey, sidecarKeyOf } from '../../../../shared/upload/companion-keys.ts';

interface Named {
  name: string;
}

/** A file of one drop, with the files that the bucket must get before it. */
export interface OrderedFile<File> {
  file: File;
  after: File[];
}

/** Puts companions before their videos: Pindrop looks for them as soon as it has the video. */
export function companionsFirst<File extends Named>(files: File[]): OrderedFile<File>[] {
  const companions = files.filter(({ name }) => isCompanionKey(name));
  const others = files.filter(({ name }) => !isCompanionKey(name));
  return [
    ...companions.map((file) => ({ file, after: [] })),
    ...others.map((file) => ({ file, after: companions.filter((each) => belongsTo(each, file)) })),
  ];
}

/** The companions whose video is not among the files. */
export const withoutVideo = <File extends Named>(files: File[]): File[] =>
  files.filter((file) => isCompanionKey(file.name) && !files.some((video) => belongsTo(file, video)));

const belongsTo = ({ name }: Named, video: Named) =>
  sidecarKeyOf(video.name) === name || coverKeysOf(video.name).includes(name);
