/** The tested operations, in the order of the table. Each client runs the operations that it supports. */
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
  /** A command that prints the version. It fails if the program is not installed. */
  version: string;
  /**
   * A bash script for each operation that the client supports. It fails if a result is wrong.
   * Its environment has `$EP` (the endpoint), `$B` (the bucket), `$P` (a prefix of its own, which ends with a slash)
   * and the usual AWS_* variables.
   * Its directory has the files `small` (100 kB) and `large` (20 MiB) and the folders `odd` and `many` (1,200 files).
   */
  scripts: Partial<Record<OperationName, string>>;
}
