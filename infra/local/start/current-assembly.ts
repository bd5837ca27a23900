import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PROJECT, projectContext, synthesize } from './synthesize.ts';

/** Below these paths of the project is everything that decides the assembly, besides the context. */
const SOURCES = ['infra', 'functions', 'shared', 'package.json', 'tsconfig.json', 'node_modules/.package-lock.json'];

/**
 * Synthesizes the stack, unless the directory already holds the assembly of these sources with this context. A restart
 * then saves most of its CPU time.
 * @param directory directory for the assembly; a later start passes the same one
 * @param context overrides the context of cdk.json
 * @returns true when the stack was synthesized
 * @throws Error with the app's output when the synthesis fails
 */
export async function makeCurrent(directory: string, context: Record<string, unknown>): Promise<boolean> {
  const stamp = join(directory, 'sources.sha256');
  const sources = await hashOfSources(PROJECT, { ...(await projectContext()), ...context });
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === sources) return false;
  // A process that is killed while it synthesizes leaves no stamp.
  await rm(stamp, { force: true });
  await synthesize(directory, context);
  await writeFile(stamp, sources);
  return true;
}

/**
 * Hashes what decides an assembly: the sources, the installed packages, the version of Node and the context.
 * @param project the project's directory
 */
export async function hashOfSources(project: string, context: Record<string, unknown>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([process.version, context]));
  for (const source of SOURCES) {
    for (const path of await filesBelow(join(project, source))) {
      hash.update(`\n${relative(project, path)}\n`).update(await readFile(path));
    }
  }
  return hash.digest('hex');
}

/** The files below a path, or the file itself, in a stable order. */
async function filesBelow(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
