import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { S3Error } from './s3-error.ts';

/** An algorithm's name as in the header `x-amz-checksum-<algorithm>`. */
export type ChecksumAlgorithm = keyof typeof CHECKSUMS;

export interface Checksum {
  algorithm: ChecksumAlgorithm;
  /** In base64. A composite checksum ends with `-<number of parts>`. */
  value: string;
  type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** A checksum that is being computed. */
export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  /** @returns base64 */
  digest(): Promise<string>;
}

interface Kind {
  /** Name of the XML element. */
  element: string;
  bytes: number;
  start: () => RunningChecksum;
  /** Types that a multipart upload can have. The first one is the default. */
  multipartTypes: [Checksum['type'], ...Checksum['type'][]];
}

const hash = (name: string) => (): RunningChecksum => {
  const running = createHash(name);
  return { update: (chunk) => void running.update(chunk), digest: async () => running.digest('base64') };
};

const crc = (Crc: typeof Crc32c | typeof Crc64Nvme) => (): RunningChecksum => {
  const running = new Crc();
  return {
    update: (chunk) => running.update(chunk),
    digest: async () => Buffer.from(await running.digest()).toString('base64'),
  };
};

/** Uses zlib, which is faster than the SDK's CRC32. */
function zlibCrc32(): RunningChecksum {
  let value = 0;
  return {
    update(chunk) {
      value = crc32(chunk, value);
    },
    async digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const CHECKSUMS = {
  crc32: { element: 'ChecksumCRC32', bytes: 4, start: zlibCrc32, multipartTypes: ['COMPOSITE', 'FULL_OBJECT'] },
  crc32c: { element: 'ChecksumCRC32C', bytes: 4, start: crc(Crc32c), multipartTypes: ['COMPOSITE', 'FULL_OBJECT'] },
  crc64nvme: { element: 'ChecksumCRC64NVME', bytes: 8, start: crc(Crc64Nvme), multipartTypes: ['FULL_OBJECT'] },
  sha1: { element: 'ChecksumSHA1', bytes: 20, start: hash('sha1'), multipartTypes: ['COMPOSITE'] },
  sha256: { element: 'ChecksumSHA256', bytes: 32, start: hash('sha256'), multipartTypes: ['COMPOSITE'] },
} satisfies Record<string, Kind>;

const ALGORITHMS = Object.keys(CHECKSUMS) as ChecksumAlgorithm[];

/** @throws S3Error when the name is not one of S3's algorithms */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = ALGORITHMS.find((algorithm) => algorithm === name.toLowerCase());
  if (found) return found;
  throw new S3Error('InvalidRequest', `Checksum algorithm provided is unsupported: ${name}.`);
}

/** @returns the algorithm of a header such as x-amz-checksum-crc32; undefined for any other header */
export const checksumOfHeader = (name: string): ChecksumAlgorithm | undefined =>
  ALGORITHMS.find((algorithm) => name.toLowerCase() === `x-amz-checksum-${algorithm}`);

/** @throws S3Error unless the value is base64 and has the algorithm's number of bytes */
export function requireWellFormed(algorithm: ChecksumAlgorithm, value: string): string {
  const [digest = ''] = value.split('-');
  const bytes = Buffer.from(digest, 'base64');
  if (bytes.length === CHECKSUMS[algorithm].bytes && bytes.toString('base64') === digest) return value;
  throw new S3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`);
}

export const wrongChecksum = (algorithm: ChecksumAlgorithm) =>
  new S3Error('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);

export const checksumHeaders = (checksum: Checksum | undefined): Record<string, string> =>
  checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': checksum.type } : {};

/** The checksum's XML element in the description of an object or a part. */
export const checksumElements = (
  checksum: Pick<Checksum, 'algorithm' | 'value'> | undefined,
): Record<string, string> => (checksum ? { [CHECKSUMS[checksum.algorithm].element]: checksum.value } : {});

/** Computes an object's composite checksum from the checksums of its parts. */
export async function compositeChecksum(algorithm: ChecksumAlgorithm, parts: string[]): Promise<string> {
  const running = CHECKSUMS[algorithm].start();
  for (const part of parts) running.update(Buffer.from(part, 'base64'));
  return `${await running.digest()}-${parts.length}`;
}
