import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../../infra/local/start/target.ts';
import { welcome } from '../../../../../infra/local/start/terminal/sentences.ts';

const tokens = (keep?: () => void) => ({ a: { value: '{"accessToken":"pina_secret"}', keep } });
const pinterest = { kind: 'pinterest', name: 'host', apiUrl: 'https://host/v5' } as const;

describe('the first sentence of npm start', () => {
  // A test of the pages runs npm start with several accounts and the simulator.
  it.each<[string, Target, string]>([
    [
      'a simulator',
      { kind: 'simulator', name: 'simulator', accounts: [] },
      'Pindrop on this machine, with a simulated Pinterest: set PINTEREST_ACCESS_TOKEN to upload to the real one.',
    ],
    [
      'a simulator with several accounts',
      { kind: 'simulator', name: 'simulator', accounts: ['a', 'b', 'c'] },
      'Pindrop on this machine, with a simulated Pinterest with a token for each of a, b and c: set PINTEREST_ACCESS_TOKENS to upload to the real one.',
    ],
    [
      'a Pinterest with several accounts',
      { ...pinterest, accounts: ['a', 'b'], tokens: tokens() },
      'Pindrop on this machine, uploading to https://host/v5 with a token for each of a and b.',
    ],
    [
      'a sign-in',
      { ...pinterest, accounts: [], tokens: tokens(() => {}) },
      'Pindrop on this machine, uploading to https://host/v5, signed in with npm run pindrop -- auth --local.',
    ],
  ])('names %s', (_what, target, sentence) => {
    expect(welcome(target)).toBe(sentence);
  });
});
