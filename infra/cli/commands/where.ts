import { OperationError } from '../../operations/operation-error.ts';
import { readSourceMap, sourcePlace } from '../../stack/function/source-maps.ts';
import type { ExitCode, Output } from '../command.ts';

/** A place in a bundle, as stack traces count: from 1. */
export interface BundlePlace {
  line: number;
  column: number;
}

/** @param folder of a function, below functions/ */
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
      `There is no source map of ${folder}: check out what was deployed and run npm run synth, which writes it.`,
      { cause },
    );
  }
}
