import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readTarget } from '../../../../infra/local/start/target.ts';
import { tokenFile, writeTokenFile } from '../../../../infra/operations/token-file.ts';

describe('renewed tokens', () => {
  it('replace the tokens of the same sign-in, but not the tokens of a later sign-in', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pindrop-target-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const file = tokenFile(directory);
    const kept = () => JSON.parse(readFileSync(file, 'utf8')).accessToken;
    writeTokenFile(file, '{"accessToken":"pina_0"}');
    const target = readTarget({}, directory);
    const keep = target.kind === 'pinterest' ? target.tokens['']?.keep : undefined;
    if (!keep) throw new Error('The target does not keep tokens.');
    keep('{"accessToken":"pina_1"}');
    keep('{"accessToken":"pina_2"}');
    expect(kept()).toBe('pina_2');
    writeTokenFile(file, '{"accessToken":"pina_of_another_account"}');
    keep('{"accessToken":"pina_3"}');
    expect(kept()).toBe('pina_of_another_account');
    rmSync(file);
    keep('{"accessToken":"pina_4"}');
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});
