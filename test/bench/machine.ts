import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, release, totalmem } from 'node:os';
import { searchPath } from './programs.ts';

const PACKAGES = ['axios', 'form-data', 'esbuild', 'aws-cdk-lib'];

/** The hardware and the software versions that the figures depend on. */
export function machine(): Record<string, string> {
  const [{ model = 'unknown' } = {}] = cpus();
  return {
    cpu: `${cpus().length} × ${model.trim()} (${arch()})`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    kernel: release(),
    node: process.version,
    openssl: process.versions.openssl,
    curl: firstLine('curl', '--version').split(' ')[1] ?? 'none',
    nginx: firstLine('nginx', '-v').replace(/^.*\//, ''),
    ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

function firstLine(program: string, flag: string): string {
  try {
    // nginx writes its version to stderr.
    const said = execFileSync('sh', ['-c', `${program} ${flag} 2>&1`], {
      encoding: 'utf8',
      env: { ...process.env, PATH: searchPath() },
    });
    return said.split('\n')[0] ?? '';
  } catch {
    return 'none';
  }
}

function versionOf(name: string): string {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
