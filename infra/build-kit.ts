import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mediaUploadEventJsonSchema } from '../shared/event-schema.ts';

/**
 * Builds what others install as `pindrop/events`: plain JavaScript with declarations, since Node strips no types from
 * what lies in node_modules, and the event's JSON Schema for other languages.
 */
const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = `${PROJECT}dist/events/`;

rmSync(OUTPUT, { recursive: true, force: true });
const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const { status } = spawnSync(process.execPath, [compiler, '--project', `${PROJECT}tsconfig.kit.json`], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (status === 0) writeFileSync(`${OUTPUT}schema.json`, `${JSON.stringify(mediaUploadEventJsonSchema, null, 2)}\n`);
process.exitCode = status ?? 1;
