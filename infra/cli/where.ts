import { readSourceMap, sourcePlace } from '../stack/function/source-maps.ts';

const USAGE = `It is: npm run where -- FUNCTION LINE:COLUMN …
  such as npm run where -- ingest 12:3456 for "index.js:12:3456" in a stack trace of the function ingest`;

/** Tells the places in the source that a stack trace of a bundle names. */
function run([folder, ...places]: string[]): number {
  if (!folder || places.length === 0 || !places.every((place) => /^\d+:\d+$/.test(place))) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  let map: string;
  try {
    map = readSourceMap(folder);
  } catch {
    process.stderr.write(
      `There is no source map of ${folder}: check out what was deployed and run npm run synth, which writes it.\n`,
    );
    return 1;
  }
  for (const place of places) {
    const [line = 1, column = 1] = place.split(':').map(Number);
    process.stdout.write(`${place}  ${sourcePlace(map, line, column) ?? 'nowhere in the source'}\n`);
  }
  return 0;
}

process.exitCode = run(process.argv.slice(2));
