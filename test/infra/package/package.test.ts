import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startPinterestSimulator } from '../../../infra/local/pinterest/simulator.ts';
import { VERSION } from '../../../shared/version.ts';
import { assemble } from '../../harness/assembly.ts';
import { npmStart, stateDirectory, whereTo } from '../../harness/npm-start.ts';
import { sharedPackage } from '../../harness/shared-parts.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const MODULES = join(PROJECT, 'node_modules');
const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
const run = promisify(execFile);

let tarball = '';
beforeAll(async () => {
  tarball = await sharedPackage();
});

interface Project {
  directory: string;
  /** Runs a program in the project, with a minimal environment. */
  run(
    program: string,
    args: string[],
    environment?: Record<string, string>,
  ): Promise<{ stdout: string; stderr: string }>;
}

/**
 * Creates a project outside the repository and installs the tarball there.
 * @param beside packages that the project already has, as links into this checkout
 * @param others packages that are installed with the tarball
 */
async function foreignProject(
  sources: Record<string, string>,
  { beside = [], others = [] }: { beside?: string[]; others?: string[] } = {},
): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-consumer-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
  for (const [name, text] of Object.entries(sources)) await writeFile(join(directory, name), text);
  const project: Project = {
    directory,
    run: (program, args, environment = {}) =>
      run(program, args, { cwd: directory, env: { PATH: process.env['PATH'], HOME: directory, ...environment } }),
  };
  // This command uses the user's npm cache: a new cache would download everything again.
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--omit=peer', tarball, ...others], {
    cwd: directory,
  });
  for (const name of beside) await symlink(join(MODULES, name), join(directory, 'node_modules', name));
  return project;
}

const APP = `
import { App, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Pindrop, type PindropProps } from 'pindrop';
import { eventPattern } from 'pindrop/events';

const app = new App();
const stack = new Stack(app, 'Videos');
const brandB: PindropProps = { settings: { prefix: 'brand-b/', maxConcurrency: 4 } };
const pindrops = [new Pindrop(stack, 'BrandA', { settings: { prefix: 'brand-a/' } }), new Pindrop(stack, 'BrandB', brandB)];
const ready = new Queue(stack, 'Ready');
for (const [i, { eventBus }] of pindrops.entries()) {
  new Rule(stack, \`OnReady\${i}\`, {
    eventBus,
    eventPattern: eventPattern({ status: 'succeeded' }),
    targets: [new SqsQueue(ready)],
  });
}
`;

const MISTAKEN_APP = `
import { App, Stack } from 'aws-cdk-lib';
import { Pindrop } from 'pindrop';

// @ts-expect-error: Pindrop has no such setting
new Pindrop(new Stack(new App(), 'Videos'), 'Mistaken', { settings: { prefixes: 'a/' } });
`;

const compilerOptions = {
  strict: true,
  skipLibCheck: false,
  target: 'ES2022',
  module: 'NodeNext',
  types: ['node'],
  noEmit: true,
};

const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Total size in bytes of the files in a directory and its subdirectories. */
function sizeOf(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

describe('the package', () => {
  it('has the version number that its clients send', () => {
    expect(VERSION).toBe(manifest.version);
  });

  it('passes publint and @arethetypeswrong/cli', async () => {
    const { publint } = await import('publint');
    const { formatMessage } = await import('publint/utils');
    const { messages, pkg } = await publint({ pack: { tarball: readFileSync(tarball).buffer as ArrayBuffer } });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    const attw = join(MODULES, '@arethetypeswrong/cli/dist/index.js');
    // The package has only ES modules, so CommonJS is not checked.
    await run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']);
  });

  it('provides the construct to a CDK app, with the same bundles as this repository', async () => {
    const consumer = await foreignProject(
      {
        'app.ts': APP,
        'mistaken-app.ts': MISTAKEN_APP,
        'tsconfig.json': JSON.stringify({ compilerOptions, files: ['app.ts', 'mistaken-app.ts'] }),
      },
      { beside: ['aws-cdk-lib', 'constructs', '@types'], others: ['typescript@~5.5.0'] },
    );
    // Few and small dependencies: with the package, npm installed only zod.
    const installed = readdirSync(join(consumer.directory, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['@types', 'aws-cdk-lib', 'constructs', 'pindrop', 'typescript', 'zod']);
    expect(sizeOf(join(consumer.directory, 'node_modules/pindrop'))).toBeLessThan(5_000_000);
    expect(sizeOf(join(consumer.directory, 'node_modules/zod'))).toBeLessThan(10_000_000);

    for (const modules of [join(consumer.directory, 'node_modules'), MODULES]) {
      await consumer.run(process.execPath, [join(modules, 'typescript/bin/tsc'), '--project', consumer.directory]);
    }

    await consumer.run(process.execPath, ['app.ts'], { CDK_OUTDIR: join(consumer.directory, 'cdk.out') });
    const template = JSON.parse(readFileSync(join(consumer.directory, 'cdk.out/Videos.template.json'), 'utf8'));
    const functions = Object.values<{ Type: string; Properties: Record<string, never> }>(template.Resources)
      .filter(({ Type, Properties }) => Type === 'AWS::Lambda::Function' && 'Environment' in Properties)
      .map(
        ({ Properties }) =>
          Properties as never as { Code: { S3Key: string }; Environment: { Variables: Record<string, string> } },
      );
    const assembly = await assemble();
    onTestFinished(assembly.remove);
    const names = ['ingest', 'poll', 'report-dead-letter', 'rotate-token'];
    for (const name of names) {
      const ours = functions.filter(({ Environment }) => Environment.Variables['POWERTOOLS_SERVICE_NAME'] === name);
      expect(ours).toHaveLength(2);
      for (const { Code } of ours) {
        const asset = join(consumer.directory, 'cdk.out', `asset.${Code.S3Key.replace(/\.zip$/, '')}`);
        expect(sha256(join(asset, 'index.js'))).toBe(sha256(assembly.bundled(name).path));
        expect(readdirSync(asset)).toEqual(['index.js']);
      }
      expect(existsSync(join(consumer.directory, `node_modules/pindrop/dist/source-maps/${name}.js.map.gz`))).toBe(
        true,
      );
    }
  });

  it('provides a client of the Media API that works without AWS', async () => {
    const simulator = await startPinterestSimulator({ processingSeconds: () => 0 });
    onTestFinished(() => simulator.close());
    const consumer = await foreignProject({
      'upload.mjs': `
          import { openAsBlob } from 'node:fs';
          import { Readable } from 'node:stream';
          import { formUpload, PinterestClient, PinterestError } from 'pindrop/pinterest';

          const { API_URL, TOKEN, FILE } = process.env;
          const pinterest = new PinterestClient({ apiUrl: API_URL, accessToken: async () => TOKEN });
          const { mediaId, uploadUrl, uploadParameters } = await pinterest.mediaCreate();
          const file = await openAsBlob(FILE);
          await formUpload({
            url: new URL(uploadUrl),
            fields: uploadParameters,
            file: { name: 'clip.mp4', size: file.size, contentType: 'video/mp4', body: Readable.fromWeb(file.stream()) },
          });
          let media = await pinterest.mediaGet(mediaId);
          while (media.status === 'processing') media = await pinterest.mediaGet(mediaId);
          const listed = [];
          for await (const each of pinterest.mediaListAll()) listed.push(each.mediaId);
          const refused = await pinterest.mediaGet('1').catch((error) => error instanceof PinterestError && error.status);
          console.log(JSON.stringify({ mediaId, status: media.status, listed, refused }));
        `,
    });
    const clip = join(PROJECT, 'infra/local/pinterest/sample-clip.mp4');
    const { stdout, stderr } = await consumer.run(process.execPath, ['upload.mjs'], {
      API_URL: simulator.url,
      TOKEN: simulator.accessToken,
      FILE: clip,
    });
    const [media] = simulator.media();
    expect(JSON.parse(stdout)).toEqual({
      mediaId: media?.mediaId,
      status: 'succeeded',
      listed: [media?.mediaId],
      refused: 404,
    });
    expect(stderr).toBe('');
    expect(media?.file?.size).toBe(statSync(clip).size);
  });

  it('provides the pindrop command, which finds the stack of npm start', async () => {
    const state = await stateDirectory();
    const [consumer] = await Promise.all([foreignProject({}), whereTo(npmStart(['--no-console'], state))]);
    const command = join(consumer.directory, 'node_modules/.bin/pindrop');
    const help = await consumer.run(command, ['--help']);
    expect(help.stdout).toContain('Usage: npx pindrop');
    const list = await consumer.run(command, ['list', '--local', '--json'], { PINDROP_STATE_DIR: state });
    expect(list.stdout).toBe('');
    const doctor = await consumer.run(command, ['doctor', '--local'], { PINDROP_STATE_DIR: state });
    expect(doctor.stdout).toContain('token');
    const where = await consumer.run(command, ['where', 'ingest', '1:3456']);
    expect(where.stdout).toMatch(/^1:3456 {2}\S+\.[jt]s:\d+:\d+\n$/);
  });
});
