import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

const APP = fileURLToPath(new URL('../../infra/app.ts', import.meta.url));

/** Runs the app as the CDK toolkit does. @returns the types of the stack's resources, and the output on stderr */
async function synthesizedFor(account: string, settings: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-app-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const context = { 'aws:cdk:bundling-stacks': [], ...settings };
  const { stderr } = await promisify(execFile)(process.execPath, [APP], {
    env: {
      ...process.env,
      CDK_DEFAULT_ACCOUNT: account,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
  });
  const { Resources } = JSON.parse(readFileSync(join(directory, 'Pindrop.template.json'), 'utf8'));
  return { types: Object.values<{ Type: string }>(Resources).map(({ Type }) => Type), stderr };
}

describe('the app', () => {
  it.each([
    ['AWS', '123456789012', {}, false],
    ['an emulator that runs as 000000000000', '000000000000', {}, true],
    ['an emulator of another account, named by the setting', '123456789012', { emulated: 'true' }, true],
    ['an account 000000000000 that is said not to be an emulator', '000000000000', { emulated: 'false' }, false],
  ])('omits resources that emulators lack, but only on an emulator: %s', async (_, account, settings, emulated) => {
    const { types, stderr } = await synthesizedFor(account, settings);
    expect(types.includes('AWS::Events::Archive')).toBe(!emulated);
    expect(types.includes('AWS::SecretsManager::RotationSchedule')).toBe(!emulated);
    expect(stderr.includes('For an emulator of AWS')).toBe(emulated);
  });
});
