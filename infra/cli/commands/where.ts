import { OperationError } from '../../operations/operation-error.ts';
import { readSourceMap, sourcePlace } from '../../stack/function/source-maps.ts';
import type { ExitCode, Output } from '../command.ts';

/** A position in a bundle. Lines and columns count from 1, as in stack traces. */
export interface BundlePlace {
  line: number;
  column: number;
}

/** @param folder the function's folder, below functions/ */
export function where(folder: string, places: BundlePlace[], output: Output): ExitCode {
  const map = sourceMapOf(folder);
  for (const { line, column } of places) {
    output.print(`${line}:${column}  ${sourcePlace(map, line, column) ?? 'nowhere in the source'}`);
  }
  return 0;
}

function sourceMapOf(folder: string): string {
  try {
    return readSourceMap(folder);
  } catch (cause) {
    throw new OperationError(
      `There is no source map of ${folder}: check out the commit that was deployed, then run npm run synth to write the map.`,
      { cause },
    );
  }
}
