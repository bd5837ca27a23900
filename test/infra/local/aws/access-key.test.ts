import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readAccessKey } from '../../../../infra/local/aws/access-key.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'pindrop-key-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('the access key', () => {
  it('is created once per state directory, in a file that only its owner can read', async () => {
    const path = directory();
    const first = await readAccessKey(path);
    expect(first.accessKeyId).toMatch(/^PINDROP[A-Z2-7]{13}$/);
    expect(first.secretAccessKey).toMatch(/^[\w-]{40}$/);
    expect(statSync(join(path, 'access-key.json')).mode & 0o777).toBe(0o600);
    expect(await readAccessKey(path)).toEqual(first);
  });

  it('differs between state directories', async () => {
    const [one, other] = [await readAccessKey(directory()), await readAccessKey(directory())];
    expect(one.accessKeyId).not.toBe(other.accessKeyId);
    expect(one.secretAccessKey).not.toBe(other.secretAccessKey);
  });

  it.each(['', '{}', '{"accessKeyId":"local","secretAccessKey":"local"}'])(
    'in a file that holds %j is refused, and the error says what to do',
    async (text) => {
      const path = directory();
      writeFileSync(join(path, 'access-key.json'), text);
      await expect(readAccessKey(path)).rejects.toThrow('does not hold an access key. Delete it');
      expect(readFileSync(join(path, 'access-key.json'), 'utf8')).toBe(text);
    },
  );
});
