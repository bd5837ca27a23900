import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/**
 * Where bundling leaves the source maps, gzipped: a checkout's `dist/source-maps/` or the installed package's. They are not
 * deployed.
 */
export const SOURCE_MAPS = join(packageDirectory(fileURLToPath(import.meta.url)), 'dist/source-maps');

/** @param folder the function's folder, below functions/ */
export const sourceMapPath = (folder: string) => join(SOURCE_MAPS, `${folder.replaceAll('/', '-')}.js.map.gz`);

/** @throws Error (ENOENT) when the function was never bundled here */
export const readSourceMap = (folder: string) => gunzipSync(readFileSync(sourceMapPath(folder))).toString();

/** The directory of the package.json above a file: this module also runs from within the packaged command. */
function packageDirectory(file: string): string {
  let directory = dirname(file);
  while (!existsSync(join(directory, 'package.json')) && directory !== dirname(directory))
    directory = dirname(directory);
  return directory;
}

/**
 * Finds the place in the source for a place in a bundle.
 * @param line 1 for the first, as stack traces count
 * @param column 1 for the first
 * @returns `functions/ingest/handler.ts:12:3`; undefined when the map has none
 */
export function sourcePlace(map: string, line: number, column: number): string | undefined {
  const entry = new SourceMap(JSON.parse(map)).findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return undefined;
  // A map names files relative to the folder where the bundle was built, which may be any folder.
  const file = /(?:^|\/)((?:functions|shared|node_modules)\/.*)$/.exec(entry.originalSource)?.[1];
  return `${file ?? entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
