import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pinEventJsonSchema } from '../../shared/events/pin/pin-event-schema.ts';
import { mediaUploadEventJsonSchema } from '../../shared/events/schema.ts';
import { bundleCommand } from './bundle-command.ts';
import { bundleFunctions } from './bundle-functions.ts';

/**
 * Builds the contents of the npm package in dist/:
 * the construct, the event kit and the Pinterest client as JavaScript with declarations, the functions' bundles, the
 * command, and the events' JSON Schemas.
 */
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = `${PROJECT}dist/`;

function compile(): void {
  const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  const { status } = spawnSync(process.execPath, [compiler, '--project', `${PROJECT}tsconfig.package.json`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('The package does not compile; the compiler says why above.');
}

function writeSchema(name: string, schema: object): void {
  writeFileSync(`${DIST}shared/events/${name}.json`, `${JSON.stringify(schema, null, 2)}\n`);
}

// Keep dist/source-maps: each synth writes source maps there as well.
for (const part of ['infra', 'shared', 'functions', 'cli']) rmSync(`${DIST}${part}`, { recursive: true, force: true });
compile();
writeSchema('schema', mediaUploadEventJsonSchema);
writeSchema('pin-schema', pinEventJsonSchema);
bundleFunctions(DIST);
await bundleCommand(DIST);
