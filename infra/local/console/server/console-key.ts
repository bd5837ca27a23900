import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { writePrivateFile } from '../../../operations/private-file.ts';
import { KEY_HEADER, KEY_PARAMETER } from '../shared/key-names.ts';
import { Refusal } from './own-page.ts';

const FILE = 'console-key';

/**
 * Reads the key of the console's address, or creates it at the first start with a state directory. The key prevents
 * other users of the machine from reading the rows and dropping files.
 */
export async function readConsoleKey(stateDirectory: string): Promise<string> {
  const path = join(stateDirectory, FILE);
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return kept.trim();
  const key = randomBytes(24).toString('base64url');
  writePrivateFile(path, `${key}\n`);
  return key;
}

/** @throws Refusal when a request does not have the key */
export function requireKey({ headers, url = '/' }: IncomingMessage, key: string): void {
  // The page sends the key as a parameter for its EventSource, which cannot set headers.
  const given = headers[KEY_HEADER] ?? new URL(url, 'http://console').searchParams.get(KEY_PARAMETER) ?? '';
  const [one, other] = [Buffer.from(String(given)), Buffer.from(key)];
  if (one.length === other.length && timingSafeEqual(one, other)) return;
  throw new Refusal(403, 'Open the console at the address that npm start printed: the key is a part of it.');
}
