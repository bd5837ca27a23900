import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../infra/cli/main.ts', import.meta.url));

describe('pindrop with a closed output pipe', () => {
  it.each([
    ['stdout', 0],
    ['stderr', 2],
  ] as const)('exits without an error message when %s is closed', async (closed, code) => {
    // The help goes to stdout with --help, and to stderr without a command.
    const command = spawn(process.execPath, [MAIN, ...(closed === 'stdout' ? ['--help'] : [])], { env: {} });
    const { stdout, stderr } = command;
    command[closed].destroy();
    let said = '';
    for (const stream of [stdout, stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
    await once(command, 'close');
    expect(said).toBe('');
    expect(command.signalCode).toBeNull();
    expect(command.exitCode).toBe(code);
  });
});
