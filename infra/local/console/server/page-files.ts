import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';

const PAGE = new URL('../page/', import.meta.url);
/** Modules that the page shares with the server. */
const SHARED = new URL('../shared/', import.meta.url);
/** For who has no video at hand. */
const SAMPLE = new URL('../../pinterest/sample-clip.mp4', import.meta.url);

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
};

/**
 * Answers with a file of the page. Its modules are the TypeScript files themselves, without their types: there is nothing
 * to build, and a change shows when the page is loaded again.
 * @param path of the request, such as `/rows.ts`
 * @returns false when the page has no such file
 */
export async function answerPageFile(path: string, response: ServerResponse): Promise<boolean> {
  if (path === '/sample.mp4') {
    response.writeHead(200, { 'Content-Type': 'video/mp4' }).end(await readFile(SAMPLE));
    return true;
  }
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = TYPES[extname(name)];
  const [, shared, file] = /^(shared\/)?([\w-]+\.\w+)$/.exec(name) ?? [];
  if (type === undefined || file === undefined) return false;
  let text: string;
  try {
    text = await readFile(new URL(file, shared ? SHARED : PAGE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const body = name.endsWith('.ts') ? await withoutTypes(text) : text;
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
  return true;
}

async function withoutTypes(text: string): Promise<string> {
  // Loaded with the first page: who never opens it does not wait for it.
  const { transform } = await import('esbuild');
  return (await transform(text, { loader: 'ts', target: 'es2022' })).code;
}
