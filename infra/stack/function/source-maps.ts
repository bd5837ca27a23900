import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Where the synth leaves the source maps of the bundles; they are not deployed. */
export const SOURCE_MAPS = fileURLToPath(new URL('../../../dist/source-maps/', import.meta.url));

/** @param folder of a function, below functions/ */
export const sourceMapOf = (folder: string) => `${folder.replaceAll('/', '-')}.js.map`;

/**
 * The place in the source that a place in a bundle comes from.
 * @param line 1 for the first, as stack traces count
 * @param column 1 for the first
 * @returns `functions/ingest/handler.ts:12:3`; undefined when the map knows none
 */
export function sourcePlace(map: string, line: number, column: number): string | undefined {
  const entry = new SourceMap(JSON.parse(map)).findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return undefined;
  // A map names files from where the bundle was made, which may have been anywhere.
  const file = /(?:^|\/)((?:functions|shared|node_modules)\/.*)$/.exec(entry.originalSource)?.[1];
  return `${file ?? entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
