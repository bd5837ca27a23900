import { randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../../operations/private-file.ts';

/** What requests to the services of a local stack are signed with. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

const FILE = 'access-key.json';
const accessKeySchema = z.object({ accessKeyId: z.string().min(16), secretAccessKey: z.string().min(40) });

/**
 * The access key of a state directory, made at the first use. Only the directory's owner can read it, so only that
 * user's programs can use the local services.
 * @throws Error when the file is there and holds no access key
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

/** AWS's lengths, without characters that a shell or a URL would need escaped. */
const newAccessKey = (): AccessKey => ({
  accessKeyId: `PINDROP${Array.from({ length: 13 }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[randomInt(32)]).join('')}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
});
