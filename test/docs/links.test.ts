import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthesized } from '../infra/stack/synthesized.ts';
import { inWords, type Link, PROJECT, page, pages } from './markdown.ts';

const all = pages();

/** Checks a link inside the project. @returns the problem, or undefined if the link is correct */
function complaint({ page: from, href, text }: Link): string | undefined {
  const [path = '', anchor] = href.split('#');
  const target = path === '' ? from : normalize(join(dirname(from), decodeURIComponent(path)));
  if (target.startsWith('..')) return 'leads out of the project';
  const file = join(PROJECT, target);
  if (!existsSync(file)) return `${target} is not there`;
  if (anchor !== undefined) {
    if (!target.endsWith('.md')) return 'a line of a source file moves: name a symbol in the text instead';
    if (!page(target).sections.some((section) => section.anchor === anchor))
      return `${target} has no section #${anchor}`;
  }
  // The file of a link like [`symbol`](file.ts) must contain the symbol.
  const isSymbol = /\.ts$/.test(target) && /^[A-Za-z]\w*$/.test(text) && statSync(file).isFile();
  if (isSymbol && !new RegExp(`\\b${text}\\b`).test(readFileSync(file, 'utf8'))) return `${target} has no ${text}`;
  return undefined;
}

describe('the links of the pages', () => {
  it('lead to files, sections and symbols that exist', () => {
    const inside = all.flatMap(({ links }) => links).filter(({ href }) => !/^[a-z]+:/.test(href));
    expect(inside.length).toBeGreaterThan(20);
    const broken = inside.flatMap((link) => {
      const why = complaint(link);
      return why === undefined ? [] : [`${inWords(link)}: ${link.href}: ${why}`];
    });
    expect(broken).toEqual([]);
  });

  it('lead from the README to every other page', () => {
    const linked = page('README.md').links.map(({ href }) => href.split('#')[0]);
    const unlinked = all.map(({ path }) => path).filter((path) => path !== 'README.md' && !linked.includes(path));
    expect(unlinked).toEqual([]);
  });

  it('lead from every alarm description to a section of the runbook', () => {
    const sections = page('docs/runbook.md').sections.map(({ anchor }) => anchor);
    const alarms = Object.values(synthesized().findResources('AWS::CloudWatch::Alarm'));
    const anchors = alarms.map(({ Properties }) => Properties.AlarmDescription.split('docs/runbook.md#')[1]);
    expect(anchors.length).toBeGreaterThan(0);
    expect(sections).toEqual(expect.arrayContaining(anchors));
  });
});
