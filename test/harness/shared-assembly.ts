import { inject } from 'vitest';

/**
 * Synthesizes the stack with these settings, or returns the directory where another test of this run already has.
 * @returns the assembly's directory, to be read only
 * @throws Error with what the app said, when the stack does not synthesize
 */
export async function sharedAssembly(settings: Record<string, unknown>): Promise<string> {
  const response = await fetch(inject('sharedAssemblies'), { method: 'POST', body: JSON.stringify(settings) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
