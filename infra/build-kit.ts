import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pinEventJsonSchema } from '../shared/events/pin/pin-event-schema.ts';
import { mediaUploadEventJsonSchema } from '../shared/events/schema.ts';

/**
 * Builds what others install as `pindrop/events`: plain JavaScript with declarations, since Node strips no types from
 * what lies in node_modules, and the events' JSON Schemas for other languages.
 */
const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = `${PROJECT}dist/events/`;

rmSync(OUTPUT, { recursive: true, force: true });
const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const { status } = spawnSync(process.execPath, [compiler, '--project', `${PROJECT}tsconfig.kit.json`], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
const write = (name: string, schema: object) =>
  writeFileSync(`${OUTPUT}${name}.json`, `${JSON.stringify(schema, null, 2)}\n`);
if (status === 0) {
  write('schema', mediaUploadEventJsonSchema);
  write('pin-schema', pinEventJsonSchema);
}
process.exitCode = status ?? 1;
