import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where programs are looked for: servers are often outside of a person's PATH. */
export const searchPath = () => `${process.env['PATH']}:/usr/sbin:/sbin`;

/** @returns those of the programs that are not installed */
export function missingPrograms(...names: string[]): string[] {
  const folders = searchPath().split(':');
  return names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}
