/** What is tried with every client that can do it, in the order of the table. */
export const OPERATIONS = [
  'put, get',
  'put from a pipe',
  'multipart put',
  'abort a multipart put',
  'odd names',
  'sync twice',
  'list 1,200 keys',
  'copy an odd name',
  'copy a version',
  'multipart copy',
  'move',
  'metadata',
  'change metadata',
  'ranged read',
  'presigned GET',
  'presigned PUT',
  'form POST',
  'versions',
  'delete a version',
  'tags',
  'checksums',
  'wrong checksum refused',
  'conditional put',
  'object info',
  'delete many',
] as const;

export type OperationName = (typeof OPERATIONS)[number];

/** A program that speaks S3. */
export interface S3Client {
  name: string;
  /** Prints the version; fails where the program is not installed. */
  version: string;
  /**
   * A bash script for each operation; it fails when what it sees is not right. It finds `$EP` (the endpoint), `$B` (the
   * bucket), `$P` (a prefix of its own, which ends with a slash), the usual AWS_* variables, and in its directory
   * `small` (100 kB), `large` (20 MiB) and the folder `odd`.
   */
  scripts: Partial<Record<OperationName, string>>;
}
