/** The common names of codecs, by the four-character code of a sample entry. */
const NAMES: [name: string, fourCharacterCodes: string][] = [
  ['H.264', 'avc1,avc2,avc3,avc4,h264,H264,x264,X264,dva1,dvav'],
  ['H.265', 'hvc1,hvc2,hev1,hev2,dvh1,dvhe,h265,H265'],
  ['H.266', 'vvc1,vvi1'],
  ['H.263', 's263,h263,H263'],
  ['AV1', 'av01,AV01,dav1'],
  ['VP8', 'vp08,VP80'],
  ['VP9', 'vp09,VP90'],
  ['MPEG-1 video', 'mp1v,mpg1,m1v '],
  ['MPEG-2 video', 'mp2v,mpg2,m2v1,hdv1,hdv2,hdv3,hdv4,hdv5,hdv6,hdv7,hdv8,hdv9,hdva'],
  ['MPEG-2 video', 'xdv1,xdv2,xdv3,xdv4,xdv5,xdv6,xdv7,xdv8,xdv9,xdva,xdvb,xdvc,xdvd,xdve,xdvf'],
  ['MPEG-2 video', 'xd54,xd55,xd59,xd5a,xd5b,xd5c,xd5d,xd5e,xd5f,mx3n,mx3p,mx4n,mx4p,mx5n,mx5p'],
  ['MPEG-4 Part 2', 'XVID,xvid,DIVX,divx,DX50,FMP4,3IV2'],
  ['Motion JPEG', 'jpeg,mjpa,mjpb,mjpg,MJPG,AVDJ,dmb1'],
  ['Motion JPEG 2000', 'mjp2,mjs2'],
  ['PNG', 'png ,MPNG'],
  ['Apple ProRes', 'apch,apcn,apcs,apco,ap4h,ap4x'],
  ['Apple ProRes RAW', 'aprn,aprh'],
  ['Apple Animation', 'rle '],
  ['Apple Video', 'rpza'],
  ['Apple Intermediate Codec', 'icod'],
  ['APV', 'apv1'],
  ['GoPro CineForm', 'CFHD'],
  ['Avid DNxHD or DNxHR', 'AVdn,AVdh'],
  ['DV', 'dvc ,dvcp,dvpp,dv5n,dv5p,dvh2,dvh3,dvh5,dvh6,dvhp,dvhq,DVCS'],
  ['Sorenson Video', 'SVQ1,SVQ3'],
  ['Cinepak', 'cvid'],
  ['Indeo', 'IV31,IV32,IV41,IV50'],
  ['VC-1', 'vc-1,WVC1,WMV3'],
  ['Hap', 'Hap1,HapA,Hap5,HapY,HapM'],
  ['FFV1', 'FFV1'],
  ['uncompressed video', 'raw ,2vuy,2Vuy,yuv2,yuvs,v210,v216,v308,v408,v410,r210,R10k,b16g,b48r,b64a'],
];

const BY_CODE = new Map(NAMES.flatMap(([name, codes]) => codes.split(',').map((code) => [code, name] as const)));

/** The codec in an `mp4v` entry, by its object type. @see https://mp4ra.org/registered-types/object-types */
const BY_OBJECT_TYPE = new Map<number, string>([
  [0x20, 'MPEG-4 Part 2'],
  [0x21, 'H.264'],
  [0x23, 'H.265'],
  [0x33, 'H.266'],
  [0x6a, 'MPEG-1 video'],
  [0x6c, 'Motion JPEG'],
  [0x6d, 'PNG'],
  [0x6e, 'Motion JPEG 2000'],
  [0xa3, 'VC-1'],
  [0xb1, 'VP9'],
  ...[0x60, 0x61, 0x62, 0x63, 0x64, 0x65].map((type) => [type, 'MPEG-2 video'] as [number, string]),
]);

/** @returns the codec's name; undefined when the code is unknown, or does not identify a codec by itself */
export const codecOfEntry = (fourCharacterCode: string): string | undefined => BY_CODE.get(fourCharacterCode);

/** @returns the codec's name by the object type of an `esds` box */
export const codecOfObjectType = (objectType: number): string | undefined => BY_OBJECT_TYPE.get(objectType);

export const isAcceptedCodec = (codec: string): boolean => codec === 'H.264' || codec === 'H.265';
