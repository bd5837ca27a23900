import { describe, expect, it, onTestFinished } from 'vitest';
import { boards } from '../../../../infra/cli/commands/boards.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { AccountError } from '../../../../infra/operations/accounts.ts';
import { signInScopes } from '../../../../infra/operations/sign-in-scopes.ts';
import type { StackPorts } from '../../../../infra/operations/stack-ports.ts';

const TOKENS = { 'brand-a': 'pina_a', 'brand-b': 'pina_b' };

/** The output of the command for a stack with two accounts. */
async function listed(options: Parameters<typeof boards>[0], json = false) {
  const simulator = await startPinterestSimulator({
    accounts: TOKENS,
    boards: [
      { boardId: '1', name: 'Spring', account: 'brand-a', sections: [{ sectionId: '11', name: 'Salads' }] },
      { boardId: '2', name: 'Summer\u001b[31m', privacy: 'SECRET' },
    ],
  });
  onTestFinished(() => simulator.close());
  const ports = {
    stackName: 'Pindrop',
    outputs: { PinterestApiUrl: simulator.url, Accounts: JSON.stringify(TOKENS) },
    secrets: {
      // The ARN of each secret is its token.
      send: async ({ input }: { input: { SecretId: string } }) => ({
        SecretString: JSON.stringify({ accessToken: input.SecretId }),
      }),
    },
  } as unknown as StackPorts;
  const lines: string[] = [];
  const code = await boards(options, ports, {
    json,
    print: (line) => lines.push(line),
    say: (line) => lines.push(line),
  });
  const requests = simulator.requests.map(({ operation }) => operation);
  return { code, lines, requests };
}

describe('pindrop boards', () => {
  it('lists the boards of all accounts with their sections', async () => {
    const { code, lines } = await listed({ sections: true });
    expect(code).toBe(0);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['account', 'board', 'name', 'privacy', 'sections'],
      ['brand-a', '1', 'Spring', 'public', 'Salads (11)'],
      ['brand-a', '2', expect.stringMatching(/^Summer\\/), 'secret', '–'],
      ['brand-b', '2', expect.stringMatching(/^Summer\\/), 'secret', '–'],
    ]);
  });

  it('lists the boards of one account as JSON, without requests for sections', async () => {
    const { lines, requests } = await listed({ account: 'brand-b', sections: false }, true);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { account: 'brand-b', id: '2', name: 'Summer\u001b[31m', privacy: 'SECRET' },
    ]);
    expect(requests).toEqual(['boards_list']);
  });

  it('refuses an account that the stack does not have', async () => {
    await expect(listed({ account: 'brand-c', sections: true })).rejects.toThrow(AccountError);
  });
});

describe('pindrop auth', () => {
  it.each([
    ['on this machine', undefined, true],
    ['for a stack with publish-pin', { PublishPinStateMachineArn: 'arn' }, true],
    ['for another stack', { StateMachineArn: 'arn' }, false],
  ])('asks for the scopes of boards %s: %j, %s', (_where, outputs, asks) => {
    expect(signInScopes(outputs && { outputs }).includes('boards:write')).toBe(asks);
  });
});
