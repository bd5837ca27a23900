import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mediaUploadEventSchema } from '../../shared/events/schema.ts';
import { expectByContract, jsonSchemaReader } from '../harness/contract.ts';
import { startLocalPindrop } from '../harness/local-pindrop.ts';
import { sharedPackage } from '../harness/shared-parts.ts';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');
const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** The subscriber of a developer who has never seen our source. */
const SUBSCRIBER = `
import { eventPattern, type Failure, type FailureReason, mediaUploadFailedEventExamples, onMediaUpload } from 'pindrop/events';

const ours: Record<FailureReason, string> = {
  rejected_file: 'file', source_missing: 'file', source_changed: 'file', source_unreadable: 'file', processing_failed: 'file',
  registration_refused: 'Pinterest', upload_refused: 'Pinterest', timed_out: 'Pinterest', media_not_found: 'Pinterest',
  gave_up: 'Pinterest',
};
/** A later version may know more reasons: they are text. */
const blamed = ({ reason }: Failure) => (ours as Partial<Record<string, string>>)[reason] ?? 'nobody yet';

const told: string[] = [];
export const handler = onMediaUpload({
  succeeded: ({ mediaId, object }) => told.push(\`\${mediaId} for board \${object.metadata['board'] ?? 'none'}\`),
  failed: ({ failure, object }) => {
    told.push(\`\${object.key}: \${failure.reason}, \${blamed(failure)}, \${failure.message}\`);
  },
});

// What must not type-check, does not.
// @ts-expect-error: a failed upload may have no media
onMediaUpload({ failed: ({ mediaId }) => mediaId.length });
// @ts-expect-error: a succeeded upload has no failure
onMediaUpload({ succeeded: ({ failure }) => failure });
// @ts-expect-error: there is nothing to do
onMediaUpload({});
// @ts-expect-error: there is no such reason
mediaUploadFailedEventExamples.unlucky;
// @ts-expect-error: what a later version may add is not there for the compiler
onMediaUpload({ succeeded: ({ colour }) => colour });

const pattern: { source: string[]; detailType: string[] } = eventPattern({ status: 'failed' });

export async function main(events: unknown[]): Promise<{ told: string[]; pattern: typeof pattern }> {
  for (const event of events) await handler(event);
  await handler(mediaUploadFailedEventExamples.processing_failed);
  return { told, pattern };
}
`;

/** A short subscriber that compiles to CommonJS. */
const COMMON_JS = `
import { onMediaUpload } from 'pindrop/events';

export const handler = onMediaUpload({ succeeded: ({ mediaId }) => console.log(mediaId) });
`;

/** Creates another project that has installed the package as it is published. @returns its directory */
async function foreignProject(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-subscriber-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    target: 'ES2022',
    module: 'NodeNext',
    types: [],
    outDir: 'out',
    rootDir: '.',
  };
  await mkdir(join(directory, 'src'));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'subscriber', type: 'module' }));
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  await writeFile(join(directory, 'src/subscriber.ts'), SUBSCRIBER);
  await writeFile(join(directory, 'src/common.cts'), COMMON_JS);
  await run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', await sharedPackage()], {
    cwd: directory,
  });
  return directory;
}

describe('pindrop/events, installed from its tarball in another project', () => {
  it('type-checks in strict mode and handles real events from the local bus, which match all its schemas', async () => {
    const [directory, pindrop] = await Promise.all([foreignProject(), startLocalPindrop()]);
    const { mediaId } = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip, { board: '42' }));
    await pindrop.finalEventOf(await pindrop.drop('empty.mp4', Buffer.alloc(0)));
    await pindrop.finalEventOf(await pindrop.drop('clip.simulate-failed.mp4', clip));
    const envelopes = pindrop.observations.flatMap((each) => (each.kind === 'event-put' ? [each.envelope] : []));

    await run(process.execPath, [TSC, '--project', directory]);
    await writeFile(
      join(directory, 'main.js'),
      `import { readFileSync } from 'node:fs';
       import { main } from './out/src/subscriber.js';
       console.log(JSON.stringify(await main(JSON.parse(readFileSync('events.json')))));`,
    );
    await writeFile(join(directory, 'events.json'), JSON.stringify(envelopes));
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: directory });
    const required = "require('./out/src/common.cjs').handler(JSON.parse(fs.readFileSync('events.json'))[0])";
    const common = await run(process.execPath, ['--input-type=commonjs', '--eval', required], { cwd: directory });
    expect(common.stdout).toBe(`${mediaId}\n`);
    const bundler = ['--module', 'preserve', '--moduleResolution', 'bundler', '--noEmit'];
    await run(process.execPath, [TSC, '--project', directory, ...bundler]);
    const { told, pattern } = JSON.parse(stdout) as { told: string[]; pattern: unknown };
    expect(told).toEqual([
      `${mediaId} for board 42`,
      expect.stringContaining('empty.mp4: rejected_file, file, '),
      expect.stringContaining('clip.simulate-failed.mp4: processing_failed, file, '),
      expect.stringContaining('spring/lookbook 1.mp4: processing_failed, file, '),
    ]);
    expect(pattern).toEqual({ source: ['pindrop'], detailType: ['Media Upload Failed'] });

    const shipped = readFileSync(join(directory, 'node_modules/pindrop/dist/shared/events/schema.json'), 'utf8');
    const byJsonSchema = jsonSchemaReader(JSON.parse(shipped));
    for (const envelope of envelopes) {
      expectByContract(envelope);
      expect(mediaUploadEventSchema.parse(envelope)).toEqual(envelope);
      expect(byJsonSchema(envelope), JSON.stringify(byJsonSchema.errors)).toBe(true);
    }
  });
});
