import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { PROJECT, synthesize } from '../../infra/local/start/synthesize.ts';
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
 * Builds the parts that many test files share: each part once per run, at the first request. A synth takes seconds of
 * CPU time, and two test files must not unpack a browser into the same directory at once.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), 'pindrop-tests-'));
  // All processes that the tests start inherit these. The first synth bundles the functions for all, and Node compiles
  // each module once.
  process.env['PINDROP_BUNDLES'] ??= await mkdtemp(join(root, 'bundles-'));
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'compiled');
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
