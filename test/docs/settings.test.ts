import { describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../infra/examples/example-names.ts';
import { RESOURCE_TYPES } from '../../infra/local/aws/template/resource-types.ts';
import { readSettings, SETTING_NAMES, type Settings } from '../../infra/settings.ts';
import { synthesized } from '../infra/stack/synthesized.ts';
import { page, type Table, tablesOf } from './markdown.ts';

const QUEUE_ELSEWHERE = 'arn:aws:sqs:eu-west-1:123456789012:videos';

interface SynthesizedResource {
  Type: string;
  Properties?: { Targets?: { Arn: unknown }[]; Protocol?: string };
}

const defaults = readSettings({});
const tables = tablesOf(page('docs/settings.md'), 'setting');
const inReadme = tablesOf(page('README.md'), 'setting');

/** The cells of one column, each with the setting of its row. */
const column = ({ head, rows }: Table, title: string) =>
  rows.map((row): [name: string, cell: string] => [row[0] ?? '', row[head.indexOf(title)] ?? '']);

/** Formats a default as the pages do. */
function written(name: keyof Settings): string {
  const value: unknown = defaults[name];
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? '(none)' : String(value);
}

const accepts = (name: string, value: unknown) => {
  try {
    readSettings({ [name]: value });
    return true;
  } catch {
    return false;
  }
};

describe('the tables of settings', () => {
  it('name each setting once, and nothing else', () => {
    expect(tables.flatMap(({ rows }) => rows.map(([name]) => name)).sort()).toEqual([...SETTING_NAMES].sort());
  });

  it.each(tables.flatMap((table) => column(table, 'default')))('document the default of %s: %s', (name, cell) => {
    expect(cell).toBe(written(name as keyof Settings));
  });

  it.each(inReadme.flatMap((table) => column(table, 'default')))('match the README, too: %s is %s', (name, cell) => {
    expect(SETTING_NAMES).toContain(name);
    expect(cell).toBe(written(name as keyof Settings));
  });

  it('document exactly the ranges that the code accepts', () => {
    const ranges = tables
      .flatMap((table) => column(table, 'takes'))
      .flatMap(([name, takes]) => {
        const [, above, least, , most] = /^(more than )?([\d.]+)(, to| to) ([\d.]+)$/.exec(takes) ?? [];
        return least === undefined
          ? []
          : [{ name, above: above !== undefined, least: Number(least), most: Number(most) }];
      });
    expect(ranges.length).toBeGreaterThan(5);
    for (const { name, above, least, most } of ranges) {
      expect([name, accepts(name, least)]).toEqual([name, !above]);
      expect([name, accepts(name, above ? least + 0.01 : least - 0.01)]).toEqual([name, above]);
      expect([name, accepts(name, most)]).toEqual([name, true]);
      expect([name, accepts(name, most + 1)]).toEqual([name, false]);
    }
  });

  it('document which settings npm start does not support', () => {
    const values: Partial<Record<keyof Settings, string>> = {
      alarmEmail: 'a@example.com',
      notifyEmail: 'a@example.com',
      webhookUrl: 'https://example.com/pindrop',
      forwardToQueueArn: QUEUE_ELSEWHERE,
      with: EXAMPLE_NAMES.join(','),
      prefix: 'pinterest/',
      inspect: 'false',
      runbookUrl: 'https://example.com/runbook',
    };
    const stopping = Object.entries(values).filter(([name, value]) => {
      const resources = Object.values<SynthesizedResource>(synthesized({ [name]: value }).toJSON().Resources);
      return resources.some(
        ({ Type, Properties: { Targets = [], Protocol } = {} }) =>
          // npm start also refuses a rule whose target is outside the stack: local-stack.test.ts tests this.
          !Object.hasOwn(RESOURCE_TYPES, Type) ||
          // notifications.test.ts tests this for a subscription by mail.
          Protocol === 'email' ||
          Targets.some(({ Arn }) => Arn === QUEUE_ELSEWHERE),
      );
    });
    const names = stopping.map(([name]) => `\`${name}\``);
    const sentence = `\`npm start\` stops at ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    expect(page('docs/settings.md').source.replaceAll('\n', ' ')).toContain(sentence);
  });

  it('come with an example for cdk.json that the code accepts', () => {
    const block = page('docs/settings.md').blocks.find(({ language }) => language === 'json');
    const { context } = JSON.parse(block?.text ?? '{}') as { context: Record<string, unknown> };
    expect(readSettings(context)).toMatchObject(context);
  });
});
