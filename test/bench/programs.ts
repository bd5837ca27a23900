import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folders to search for programs. Servers are often outside a user's PATH. */
export const searchPath = () => `${process.env['PATH']}:/usr/sbin:/sbin`;

/** @returns the names of the programs that are not installed */
export function missingPrograms(...names: string[]): string[] {
  const folders = searchPath().split(':');
  return names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}
