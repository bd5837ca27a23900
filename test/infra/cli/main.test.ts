import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../infra/cli/main.ts', import.meta.url));

describe('pindrop in a pipe', () => {
  it.each([
    ['stdout', 0],
    ['stderr', 2],
  ] as const)('ends quietly when nobody reads its %s', async (closed, code) => {
    // The help goes to stdout when it is asked for, and to stderr when the command is missing.
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
