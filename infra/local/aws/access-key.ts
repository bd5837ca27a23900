import { randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../../operations/private-file.ts';

/** The access key that signs requests to the services of a local stack. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

const FILE = 'access-key.json';
const accessKeySchema = z.object({ accessKeyId: z.string().min(16), secretAccessKey: z.string().min(40) });

/**
 * Reads the access key of a state directory, and creates it at the first use. Only the directory's owner can read the
 * file. Therefore only that user's programs can use the local services.
 * @throws Error when the file exists but does not hold an access key
 */
export async function readAccessKey(stateDirectory: string): Promise<AccessKey> {
  const path = join(stateDirectory, FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) {
    const accessKey = newAccessKey();
    writePrivateFile(path, `${JSON.stringify(accessKey)}\n`);
    return accessKey;
  }
  try {
    return accessKeySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${path} does not hold an access key. Delete it: the next start makes a new one.`, { cause });
  }
}

/** Generates a key with AWS's lengths and without characters that must be escaped in a shell or a URL. */
const newAccessKey = (): AccessKey => ({
  accessKeyId: `PINDROP${Array.from({ length: 13 }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[randomInt(32)]).join('')}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
});
