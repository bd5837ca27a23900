import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/**
 * The directory of the gzipped source maps: `dist/source-maps/` in the checkout or in the installed package. Bundling
 * writes them. They are not deployed.
 */
export const SOURCE_MAPS = join(packageDirectory(fileURLToPath(import.meta.url)), 'dist/source-maps');

/** @param folder the function's folder, below functions/ */
export const sourceMapPath = (folder: string) => join(SOURCE_MAPS, `${folder.replaceAll('/', '-')}.js.map.gz`);

/** @throws Error (ENOENT) when the function was never bundled in this checkout */
export const readSourceMap = (folder: string) => gunzipSync(readFileSync(sourceMapPath(folder))).toString();

/** Searches upwards for the directory with package.json: this module is also part of the bundled command. */
function packageDirectory(file: string): string {
  let directory = dirname(file);
  while (!existsSync(join(directory, 'package.json')) && directory !== dirname(directory))
    directory = dirname(directory);
  return directory;
}

/**
 * Converts a position in a bundle to a position in the source.
 * @param line counts from 1, as in stack traces
 * @param column counts from 1
 * @returns for example `functions/ingest/handler.ts:12:3`; undefined when the source map has no entry for the position
 */
export function sourcePlace(map: string, line: number, column: number): string | undefined {
  const entry = new SourceMap(JSON.parse(map)).findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return undefined;
  // A source map names files relative to the folder in which the bundle was built, which can be any folder.
  const file = /(?:^|\/)((?:functions|shared|node_modules)\/.*)$/.exec(entry.originalSource)?.[1];
  return `${file ?? entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
