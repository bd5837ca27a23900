import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';

/** Source folders by URL path. A browser resolves `..` above the root of a site to the root. */
const FOLDERS: Record<string, URL> = {
  '': new URL('../page/', import.meta.url),
  'shared/': new URL('../shared/', import.meta.url),
  'shared/upload/': new URL('../../../../shared/upload/', import.meta.url),
};
/** A video for people who have none. */
const SAMPLE = new URL('../../pinterest/sample-clip.mp4', import.meta.url);

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
};

/**
 * Sends a file of the page. TypeScript modules are sent without their types. There is no build, so a reload shows every
 * change.
 * @param path path of the request, such as `/main.ts`
 * @returns false if the page has no such file
 */
export async function answerPageFile(path: string, response: ServerResponse): Promise<boolean> {
  if (path === '/sample.mp4') {
    response.writeHead(200, { 'Content-Type': 'video/mp4' }).end(await readFile(SAMPLE));
    return true;
  }
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = TYPES[extname(name)];
  const [, parent = '', file] = /^((?:[\w-]+\/)*)([\w-]+\.\w+)$/.exec(name) ?? [];
  const folder = FOLDERS[parent];
  if (type === undefined || file === undefined || folder === undefined) return false;
  let text: string;
  try {
    text = await readFile(new URL(file, folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const body = name.endsWith('.ts') ? await withoutTypes(text) : text;
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
  return true;
}

async function withoutTypes(text: string): Promise<string> {
  // Import esbuild with the first page, so that it does not delay npm start.
  const { transform } = await import('esbuild');
  return (await transform(text, { loader: 'ts', target: 'es2022' })).code;
}
