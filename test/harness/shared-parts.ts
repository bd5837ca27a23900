import { inject } from 'vitest';
import type { BrowserProgram } from './browser-program.ts';

/**
 * Synthesizes the stack with these settings, or returns the directory where another test of this run already has.
 * @returns the assembly's directory, to be read only
 * @throws Error with what the app said, when the stack does not synthesize
 */
export const sharedAssembly = (settings: Record<string, unknown>): Promise<string> => shared('assembly', settings);

/** @throws Error that says what to install, when this machine has no browser and none can be unpacked */
export const browserProgram = (): Promise<BrowserProgram> => shared('browser', {});

/** Builds the package once per run. @returns the path of its tarball, to be read only */
export const sharedPackage = (): Promise<string> => shared('package', {});

/** Asks the server of global-setup.ts: test files run in processes of their own. */
async function shared<Part>(path: string, input: object): Promise<Part> {
  const url = new URL(path, inject('sharedParts'));
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(input) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Part;
}
