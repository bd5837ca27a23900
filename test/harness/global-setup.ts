import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../infra/local/start/synthesize.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of the server below. */
    sharedAssemblies: string;
  }
}

/**
 * Synthesizes the stack once per run and settings, for the tests of all files: a synth takes seconds of CPU time.
 * Test files run in processes of their own, so they ask over HTTP: POST the settings, get the assembly's directory.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), 'pindrop-assemblies-'));
  const assemblies = new Map<string, Promise<string>>();

  async function assembly(settings: Record<string, unknown>): Promise<string> {
    const directory = await mkdtemp(join(root, 'cdk.out-'));
    await synthesize(directory, settings);
    return directory;
  }

  const server = http.createServer(async (request, response) => {
    try {
      const settings = (await json(request)) as Record<string, unknown>;
      const key = JSON.stringify(settings);
      const made = assemblies.get(key) ?? assembly(settings);
      assemblies.set(key, made);
      response.end(await made);
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('sharedAssemblies', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  return async () => {
    server.closeAllConnections();
    server.close();
    await rm(root, { recursive: true, force: true });
  };
}
