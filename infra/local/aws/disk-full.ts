import { statfs } from 'node:fs/promises';

/** SQLite's SQLITE_FULL. @see https://sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;

/** Whether an error of the file system or of SQLite reports a full disk. */
export const isDiskFull = (error: unknown): boolean => {
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number };
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL' || errcode === SQLITE_FULL;
};

/** Free bytes on the directory's disk that users other than root can use. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
