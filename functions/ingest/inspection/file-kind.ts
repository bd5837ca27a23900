/** A kind of file that its first bytes identify. */
interface Signature {
  name: string;
  offset: number;
  /** Latin-1 */
  bytes: string;
  /** True when ffmpeg can make an MP4 of it. */
  video?: true;
}

/** Files that people drop by mistake or with a wrong extension. */
const SIGNATURES: Signature[] = [
  { name: 'a PNG image', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { name: 'a JPEG image', offset: 0, bytes: '\xff\xd8\xff' },
  { name: 'a GIF image', offset: 0, bytes: 'GIF8' },
  { name: 'a WebP image', offset: 8, bytes: 'WEBP' },
  { name: 'an AVI video', offset: 8, bytes: 'AVI ', video: true },
  { name: 'a WAV sound', offset: 8, bytes: 'WAVE' },
  { name: 'a WebM or Matroska video', offset: 0, bytes: '\x1a\x45\xdf\xa3', video: true },
  { name: 'a Flash video', offset: 0, bytes: 'FLV\x01', video: true },
  { name: 'an Ogg file', offset: 0, bytes: 'OggS' },
  { name: 'a Windows Media file', offset: 0, bytes: '\x30\x26\xb2\x75\x8e\x66\xcf\x11', video: true },
  { name: 'an MPEG program stream', offset: 0, bytes: '\x00\x00\x01\xba', video: true },
  { name: 'an MP3 sound', offset: 0, bytes: 'ID3' },
  { name: 'a ZIP archive', offset: 0, bytes: 'PK\x03\x04' },
  { name: 'a gzip archive', offset: 0, bytes: '\x1f\x8b' },
  { name: 'a PDF document', offset: 0, bytes: '%PDF-' },
];

/** Brands of `ftyp` that are pictures. @see ISO/IEC 23008-12; AVIF; https://mp4ra.org/registered-types/brands */
const IMAGE_BRANDS = 'heic,heix,heim,heis,hevc,hevx,hevm,hevs,mif1,mif2,msf1,avif,avis,avio,miaf,jp2 ,jpx ,jxl '.split(
  ',',
);

export interface FileKind {
  /** A name to show to users. */
  name: string;
  /** True when ffmpeg can make an MP4 of it. */
  video: boolean;
}

/**
 * Identifies a file that does not begin with a box.
 * @param head the first 4 KiB of the file, or all of a shorter file
 * @returns undefined when the file may be an MP4 after some stray bytes
 */
export function otherFileKind(head: Buffer): FileKind | undefined {
  const text = head.toString('latin1');
  const known = SIGNATURES.find(({ offset, bytes }) => text.startsWith(bytes, offset));
  if (known) return { name: known.name, video: known.video === true };
  if (text.startsWith('G') && head[188] === 0x47) return { name: 'an MPEG transport stream', video: true };
  if (/^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(text)) return { name: 'a text file', video: false };
  if (/ftyp|moov|mdat|moof/.test(text)) return undefined;
  return { name: 'not of a kind that is known as a video', video: false };
}

/** @param ftyp the body of the `ftyp` box: the major brand, a version, the compatible brands */
export function isImageBrand(ftyp: Buffer): boolean {
  return IMAGE_BRANDS.includes(ftyp.toString('latin1', 0, 4));
}

/** True when any of the brands is an image brand. */
export function hasImageBrand(ftyp: Buffer): boolean {
  const text = ftyp.toString('latin1');
  for (let at = 0; at + 4 <= text.length; at += 4) if (IMAGE_BRANDS.includes(text.slice(at, at + 4))) return true;
  return false;
}
