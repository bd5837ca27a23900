import { afterEach, describe, expect, it, vi } from 'vitest';
import { accountsOfStack, perAccount } from '../../functions/accounts.ts';
import { UnknownAccountError } from '../../functions/outcome/fault.ts';

const VARIABLE = JSON.stringify({
  'brand-a': { prefix: 'brand-a/', secret: 'arn:a', gate: '/gate/a' },
  'brand-b': { prefix: 'b/', secret: 'arn:b', gate: '/gate/b' },
});
const upload = (key: string, account?: string) => ({ account, object: { key } });

afterEach(() => vi.unstubAllEnvs());

describe('accountsOfStack', () => {
  it('finds the account of a key and of an upload', () => {
    vi.stubEnv('ACCOUNTS', VARIABLE);
    const accounts = accountsOfStack('TOKEN_SECRET_ARN', 'RATE_LIMIT_PARAMETER');
    expect(accounts.names).toEqual(['brand-a', 'brand-b']);
    expect(accounts.ofKey('b/clip.mp4')).toEqual({
      name: 'brand-b',
      tokenSecretArn: 'arn:b',
      rateLimitParameter: '/gate/b',
    });
    expect(['clip.mp4', 'brand-a', 'B/clip.mp4', ''].map(accounts.ofKey)).toEqual(Array(4).fill(undefined));
    // The prefix may have changed since the upload began: its own account counts.
    expect(accounts.ofUpload(upload('b/clip.mp4', 'brand-a')).name).toBe('brand-a');
    // The upload began before the stack had the setting.
    expect(accounts.ofUpload(upload('b/clip.mp4')).name).toBe('brand-b');
  });

  it.each([
    [upload('b/clip.mp4', 'brand-c'), 'The Pinterest account brand-c of this upload is not in the setting `accounts`.'],
    [upload('clip.mp4'), 'The Pinterest account of the key clip.mp4 is not in the setting `accounts`.'],
  ])('reports that the account of an upload is gone: %j', (of, message) => {
    vi.stubEnv('ACCOUNTS', VARIABLE);
    expect(() => accountsOfStack().ofUpload(of)).toThrow(new UnknownAccountError(message));
  });

  it('has one account for every key without the setting, also for uploads of an account', () => {
    vi.stubEnv('TOKEN_SECRET_ARN', 'arn:token');
    vi.stubEnv('RATE_LIMIT_PARAMETER', '/gate');
    const accounts = accountsOfStack('TOKEN_SECRET_ARN', 'RATE_LIMIT_PARAMETER');
    const only = { name: undefined, tokenSecretArn: 'arn:token', rateLimitParameter: '/gate' };
    expect(accounts.names).toEqual([]);
    expect(accounts.ofKey('any/clip.mp4')).toEqual(only);
    expect(accounts.ofUpload(upload('clip.mp4', 'brand-a'))).toEqual(only);
  });

  it('names the variable that is missing', () => {
    expect(() => accountsOfStack('TOKEN_SECRET_ARN')).toThrow('TOKEN_SECRET_ARN');
    expect(() => accountsOfStack()).not.toThrow();
  });
});

describe('perAccount', () => {
  it('makes one for each account', () => {
    vi.stubEnv('ACCOUNTS', VARIABLE);
    const { ofKey } = accountsOfStack();
    const secretOf = perAccount(({ tokenSecretArn }) => ({ tokenSecretArn }));
    const of = (key: string) => secretOf(ofKey(key) ?? expect.fail());
    expect(of('b/1.mp4')).toEqual({ tokenSecretArn: 'arn:b' });
    expect(of('b/2.mp4')).toBe(of('b/1.mp4'));
    expect(of('brand-a/1.mp4')).toEqual({ tokenSecretArn: 'arn:a' });
  });
});
