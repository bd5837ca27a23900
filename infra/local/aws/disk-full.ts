import { statfs } from 'node:fs/promises';

/** SQLite's SQLITE_FULL. @see https://sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;

/** Whether an error of the file system or of SQLite says that the disk is full. */
export const isDiskFull = (error: unknown): boolean => {
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number };
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL' || errcode === SQLITE_FULL;
};

/** Bytes that a user who is not root may still write below a directory. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
