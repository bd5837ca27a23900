/** A kind of file, known by its first bytes. */
interface Signature {
  name: string;
  offset: number;
  /** Latin-1 */
  bytes: string;
}

/** What people drop by mistake, or rename. ISO-BMFF is what Pinterest takes; everything else is named to them. */
const SIGNATURES: Signature[] = [
  { name: 'a PNG image', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { name: 'a JPEG image', offset: 0, bytes: '\xff\xd8\xff' },
  { name: 'a GIF image', offset: 0, bytes: 'GIF8' },
  { name: 'a WebP image', offset: 8, bytes: 'WEBP' },
  { name: 'an AVI video', offset: 8, bytes: 'AVI ' },
  { name: 'a WAV sound', offset: 8, bytes: 'WAVE' },
  { name: 'a WebM or Matroska video', offset: 0, bytes: '\x1a\x45\xdf\xa3' },
  { name: 'a Flash video', offset: 0, bytes: 'FLV\x01' },
  { name: 'an Ogg file', offset: 0, bytes: 'OggS' },
  { name: 'a Windows Media file', offset: 0, bytes: '\x30\x26\xb2\x75\x8e\x66\xcf\x11' },
  { name: 'an MPEG program stream', offset: 0, bytes: '\x00\x00\x01\xba' },
  { name: 'an MP3 sound', offset: 0, bytes: 'ID3' },
  { name: 'a ZIP archive', offset: 0, bytes: 'PK\x03\x04' },
  { name: 'a gzip archive', offset: 0, bytes: '\x1f\x8b' },
  { name: 'a PDF document', offset: 0, bytes: '%PDF-' },
];

/** Boxes that an ISO-BMFF or QuickTime file begins with. Old QuickTime files have no `ftyp`. */
const FIRST_BOXES = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'styp'];
/** Brands of `ftyp` that are pictures in the same kind of box. */
const IMAGE_BRANDS = ['heic', 'heix', 'mif1', 'msf1', 'avif', 'avis'];

/**
 * What a file is by its first bytes.
 * @param head at least the first 16 bytes, or all there are
 * @returns 'iso-bmff' for MP4, M4V and QuickTime, otherwise a name for people
 */
export function containerOf(head: Uint8Array): 'iso-bmff' | (string & {}) {
  const text = Buffer.from(head.subarray(0, 64)).toString('latin1');
  const known = SIGNATURES.find(({ offset, bytes }) => text.startsWith(bytes, offset));
  if (known) return known.name;
  if (FIRST_BOXES.includes(text.slice(4, 8))) {
    const image = text.slice(4, 8) === 'ftyp' && IMAGE_BRANDS.includes(text.slice(8, 12));
    return image ? 'a HEIF or AVIF image' : 'iso-bmff';
  }
  if (text.startsWith('G') && head[188] === 0x47) return 'an MPEG transport stream';
  const printable = /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(text);
  return printable ? 'a text file' : 'no kind of file that is known as a video';
}
