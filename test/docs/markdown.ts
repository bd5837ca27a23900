import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A place in a page, as editors and terminals link it. */
export interface Place {
  /** Path from the project's directory. */
  page: string;
  line: number;
}

export const inWords = ({ page, line }: Place) => `${page}:${line}`;

export interface CodeBlock extends Place {
  /** What stands behind the fence; `indented` for a block that is only indented. */
  language: string;
  text: string;
}

export interface CodeSpan extends Place {
  text: string;
}

export interface Link extends Place {
  href: string;
  text: string;
}

export interface Section extends Place {
  title: string;
  level: number;
  /** What a link to it ends with. */
  anchor: string;
}

export interface Table extends Place {
  /** The title of the section that it is in. */
  section: string;
  head: string[];
  /** Cells as plain text, with the marks of code left out. */
  rows: string[][];
}

export interface Page {
  path: string;
  source: string;
  blocks: CodeBlock[];
  spans: CodeSpan[];
  links: Link[];
  sections: Section[];
  tables: Table[];
}

/** The pages that people read, from the project's directory; what is written for tests and tools is none. */
export function pages(): Page[] {
  const markdown = (directory: string) =>
    readdirSync(join(PROJECT, directory))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(directory, name));
  return [...markdown('.'), ...markdown('docs')].map(page);
}

export function page(path: string): Page {
  const source = readFileSync(join(PROJECT, path), 'utf8');
  return { path, ...readPage(path, source) };
}

/** What stands in a page of Markdown, each with its place. */
export function readPage(path: string, source: string): Omit<Page, 'path'> {
  const tokens = new MarkdownIt({ html: true }).parse(source, {});
  const at = (token: Token | undefined, more = 0): Place => ({ page: path, line: (token?.map?.[0] ?? 0) + 1 + more });
  const found: Omit<Page, 'path'> = { source, blocks: [], spans: [], links: [], sections: [], tables: [] };
  const slugger = new GithubSlugger();
  let table: Table | undefined;
  tokens.forEach((token, index) => {
    const { type, content } = token;
    if (type === 'fence') {
      found.blocks.push({ ...at(token, 1), language: token.info.trim(), text: content });
    } else if (type === 'code_block') {
      found.blocks.push({ ...at(token), language: 'indented', text: content });
    } else if (type === 'heading_open') {
      const title = plain(tokens[index + 1]);
      found.sections.push({ ...at(token), title, level: Number(token.tag.slice(1)), anchor: slugger.slug(title) });
    } else if (type === 'table_open') {
      table = { ...at(token), section: found.sections.at(-1)?.title ?? '', head: [], rows: [] };
      found.tables.push(table);
    } else if (type === 'tr_open') {
      table?.rows.push([]);
    } else if (type === 'thead_close' && table) {
      table.head = table.rows.pop() ?? [];
    } else if (type === 'inline') {
      const inTable = ['td_open', 'th_open'].includes(tokens[index - 1]?.type ?? '');
      // Only rows of a table know their line.
      const place = at(token.map ? token : tokens.slice(0, index).findLast(({ type: each }) => each === 'tr_open'));
      if (inTable) table?.rows.at(-1)?.push(plain(token));
      found.spans.push(...spans(token, place));
      found.links.push(...links(token, place));
    }
  });
  return found;
}

const plain = (token: Token | undefined) =>
  (token?.children ?? [])
    .map(({ type, content }) => (type === 'softbreak' ? ' ' : type === 'html_inline' ? '' : content))
    .join('');

function* spans({ children }: Token, { page: path, line }: Place): Generator<CodeSpan> {
  let passed = 0;
  for (const { type, content } of children ?? []) {
    if (type === 'softbreak') passed++;
    if (type === 'code_inline') yield { page: path, line: line + passed, text: content };
  }
}

function* links({ children }: Token, { page: path, line }: Place): Generator<Link> {
  let passed = 0;
  let open: Link | undefined;
  for (const child of children ?? []) {
    const { type, content } = child;
    const target = (attribute: string) => String(child.attrGet(attribute) ?? '');
    if (type === 'softbreak') passed++;
    if (type === 'link_open') open = { page: path, line: line + passed, href: target('href'), text: '' };
    else if (type === 'image') yield { page: path, line: line + passed, href: target('src'), text: content };
    else if (type === 'link_close' && open) yield open;
    else if (open) open.text += content;
  }
}

/** The tables of a page whose first column has this head. */
export const tablesOf = ({ tables }: Pick<Page, 'tables'>, head: string): Table[] =>
  tables.filter((table) => table.head[0] === head);
