import { CustomSource, Input, MP4, QTFF } from 'mediabunny';
import type { BlockReader } from './block-reader.ts';

/** What the index of a video says of it. */
export interface VideoFacts {
  hasVideo: boolean;
  /** As people call it; undefined when it is not known. */
  codec?: string;
  /** Seconds; undefined when the index does not say. */
  duration?: number;
  /** Pixels as shown: rotated, and stretched where pixels are not square. */
  width?: number;
  height?: number;
}

/** Names of codecs, by mediabunny's names and by the four letters of the sample entry. */
const CODEC_NAMES: Record<string, string> = {
  avc: 'H.264',
  hevc: 'H.265',
  vp8: 'VP8',
  vp9: 'VP9',
  av1: 'AV1',
  mp4v: 'MPEG-4 Part 2',
  s263: 'H.263',
  jpeg: 'Motion JPEG',
  mjpa: 'Motion JPEG',
  mjpb: 'Motion JPEG',
  apch: 'Apple ProRes',
  apcn: 'Apple ProRes',
  apcs: 'Apple ProRes',
  apco: 'Apple ProRes',
  ap4h: 'Apple ProRes',
  ap4x: 'Apple ProRes',
};

/** @throws whatever the parser makes of bytes that it does not understand */
export async function videoFacts(reader: BlockReader): Promise<VideoFacts> {
  const input = new Input({
    formats: [MP4, QTFF],
    source: new CustomSource({
      getSize: () => reader.size,
      read: (start, end) => reader.read(start, end),
      handleUnhandledError: () => {},
    }),
  });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) return { hasVideo: false };
    const codec = CODEC_NAMES[(await track.getCodec()) ?? String(await track.getInternalCodecId())];
    const duration = await input.getDurationFromMetadata();
    const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    return {
      hasVideo: true,
      ...(codec === undefined ? {} : { codec }),
      ...(duration === null || !(duration > 0) ? {} : { duration }),
      ...(width > 0 && height > 0 ? { width, height } : {}),
    };
  } finally {
    input.dispose();
  }
}
