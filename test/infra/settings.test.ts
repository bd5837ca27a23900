import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings.ts';

describe('readSettings', () => {
  it('has defaults', () => {
    expect(readSettings({})).toMatchObject({
      pinterestApiUrl: 'https://api.pinterest.com/v5',
      pollDeadlineMinutes: 60,
      giveUpAfterHours: 24,
      prefix: '',
    });
  });

  it('parses numbers and booleans that the command line passes as text', () => {
    expect(
      readSettings({ maxConcurrency: '4', inspect: 'false', pinterestApiUrl: 'http://127.0.0.1:1/v5/' }),
    ).toMatchObject({
      maxConcurrency: 4,
      inspect: false,
      pinterestApiUrl: 'http://127.0.0.1:1/v5',
    });
  });

  it('returns settings that it already parsed unchanged', () => {
    const settings = readSettings({ prefix: 'videos/' });
    expect(readSettings(settings)).toBe(settings);
  });

  it.each(['http://127.0.0.1:8080/v5', 'http://localhost/v5', 'http://[::1]:1/v5'])(
    'accepts %s without TLS: it is a loopback address',
    (url) => {
      expect(readSettings({ pinterestApiUrl: url }).pinterestApiUrl).toBe(url);
    },
  );

  it("ignores CDK's own context keys", () => {
    expect(() =>
      readSettings({ 'aws:cdk:bundling-stacks': ['**'], '@aws-cdk/core:x': true, 'cdk-migrate': 1 }),
    ).not.toThrow();
  });

  it.each([[{ all: { board: 'Spring' } }], ['{"all":{"board":"Spring"}}']])(
    'reads pinDefaults from %j',
    (pinDefaults) => {
      expect(readSettings({ pinDefaults }).pinDefaults).toEqual({ all: { board: 'Spring' } });
    },
  );

  it.each([
    ['publish-pin', ['publish-pin']],
    ['slack-webhook, publish-pin,slack-webhook', ['slack-webhook', 'publish-pin']],
    [['results-bucket'], ['results-bucket']],
    ['', []],
  ])('reads the list of examples from %j', (given, names) => {
    expect(readSettings({ with: given }).with).toEqual(names);
  });

  it.each([
    ['.mp4,.mov', ['.mp4', '.mov']],
    [' .MP4, .mov,,.mp4', ['.mp4', '.mov']],
    [
      ['.mp4', '.MOV'],
      ['.mp4', '.mov'],
    ],
    [['.mp4,.mov'], ['.mp4', '.mov']],
    ['', []],
    [[], []],
  ])('reads the suffixes from %j, in lower case', (given, suffixes) => {
    expect(readSettings({ suffixes: given }).suffixes).toEqual(suffixes);
  });

  it.each([
    [{ suffixes: 4 }, 'suffixes is not valid'],
    [{ maxConcurency: 3 }, 'maxConcurency is not a setting'],
    [{ maxConcurrency: 'many' }, 'maxConcurrency is not valid'],
    [{ giveUpAfterHours: 0 }, 'giveUpAfterHours is not valid'],
    [{ pinterestApiUrl: 'api.pinterest.com' }, 'pinterestApiUrl is not valid'],
    [{ pinterestApiUrl: 'http://api.pinterest.com/v5' }, 'pinterestApiUrl is not valid: it must be https'],
    [{ pinterestApiUrl: 'http://127.0.0.1.example.com/v5' }, 'pinterestApiUrl is not valid: it must be https'],
    [{ pinterestApiUrl: 'ftp://127.0.0.1/v5' }, 'pinterestApiUrl is not valid: it must be https'],
    [{ stackName: 'my stack' }, 'stackName is not valid'],
    [{ pinDefaults: '{"all":' }, 'pinDefaults must be an object'],
    [{ pinDefaults: { all: { color: 'red' } } }, 'In pinDefaults.all, "color" is not a field of a Pin'],
    [
      { pinDefaults: { all: { description: 'x'.repeat(700), link: `https://example.com/${'x'.repeat(1500)}` } } },
      'longer than 2048 bytes',
    ],
    [{ with: 'tell-everyone' }, 'with.0 is not valid'],
    [{ inspect: 'perhaps' }, 'inspect is not valid'],
  ])('rejects %o and lists the valid settings', (context, complaint) => {
    expect(() => readSettings(context)).toThrow(complaint);
    expect(() => readSettings(context)).toThrow('The settings are stackName, pinterestApiUrl');
  });
});
