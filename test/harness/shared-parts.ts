import { inject } from 'vitest';
import type { BrowserProgram } from './browser-program.ts';

/**
 * Synthesizes the stack with these settings, once per run.
 * @returns the directory of the assembly; do not write to it
 * @throws Error with the app's error message when the synthesis fails
 */
export const sharedAssembly = (settings: Record<string, unknown>): Promise<string> => shared('assembly', settings);

/** @throws Error that says what to install, when this machine has no browser and none can be unpacked */
export const browserProgram = (): Promise<BrowserProgram> => shared('browser', {});

/** Builds the package once per run. @returns the path of its tarball; do not change the file */
export const sharedPackage = (): Promise<string> => shared('package', {});

/** Requests a shared part from the server in global-setup.ts: each test file runs in its own process. */
async function shared<Part>(path: string, input: object): Promise<Part> {
  const url = new URL(path, inject('sharedParts'));
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(input) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Part;
}
