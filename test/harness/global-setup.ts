import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { PROJECT, synthesize } from '../../infra/local/start/synthesize.ts';
import { bundleFunctions } from '../../infra/package/bundle-functions.ts';
import { findBrowser } from './browser-program.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the server that builds the parts that test files share. */
    sharedParts: string;
  }
}

/** Builds the package. @returns the path of its tarball */
async function pack(directory: string): Promise<string> {
  // The package gets bundles of its own, which a test compares with those of this run.
  const { PINDROP_BUNDLES: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', directory], {
    cwd: PROJECT,
    env,
  });
  return join(directory, stdout.trim().split('\n').at(-1) ?? '');
}

/**
 * Prepares what every synth and every process of the run would otherwise do again: it bundles the functions, and lets
 * Node keep the code that it compiled. All processes that the tests start inherit the two variables.
 */
function saveRepetition(directory: string): void {
  process.env['NODE_COMPILE_CACHE'] = join(directory, 'compiled');
  const bundles = join(directory, 'bundles');
  const handlers = globSync('**/handler.ts', { cwd: join(PROJECT, 'functions') });
  bundleFunctions(handlers.map(dirname), bundles);
  process.env['PINDROP_BUNDLES'] = bundles;
}

/**
 * Builds the parts that many test files share: each part once per run, at the first request. A synth takes seconds of
 * CPU time, and two test files must not unpack a browser into the same directory at once.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), 'pindrop-tests-'));
  saveRepetition(root);
  const make: Record<string, (input: string) => Promise<unknown>> = {
    async '/assembly'(settings) {
      const directory = await mkdtemp(join(root, 'cdk.out-'));
      await synthesize(directory, JSON.parse(settings));
      return directory;
    },
    '/browser': () => findBrowser(join(root, 'browser')),
    '/package': () => pack(root),
  };
  const made = new Map<string, Promise<unknown>>();
  function shared(path: string, input: string): Promise<unknown> {
    const key = `${path} ${input}`;
    const part = made.get(key) ?? make[path]?.(input) ?? Promise.reject(new Error(`Nothing is shared at ${path}.`));
    made.set(key, part);
    return part;
  }

  const server = http.createServer(async (request, response) => {
    try {
      response.end(JSON.stringify(await shared(request.url ?? '', await text(request))));
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('sharedParts', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  return async () => {
    server.closeAllConnections();
    server.close();
    // Processes that end now still write to the cache of compiled code.
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
}
