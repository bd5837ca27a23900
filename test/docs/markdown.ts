import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A line of a page, for a link that editors and terminals open. */
export interface PagePlace {
  /** Path from the project's directory. */
  page: string;
  line: number;
}

export const inWords = ({ page, line }: PagePlace) => `${page}:${line}`;

export interface CodeBlock extends PagePlace {
  /** The language after the fence; `indented` for an indented block. */
  language: string;
  text: string;
}

interface CodeSpan extends PagePlace {
  text: string;
}

export interface Link extends PagePlace {
  href: string;
  text: string;
}

interface Section extends PagePlace {
  title: string;
  level: number;
  /** URL fragment of a link to the section. */
  anchor: string;
}

export interface Table extends PagePlace {
  /** Title of the section that contains the table. */
  section: string;
  head: string[];
  /** Cells as plain text, without backticks. */
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

/** All documentation pages: the Markdown files in the project's directory and in docs/. */
export function pages(): Page[] {
  const markdown = (directory: string) =>
    readdirSync(join(PROJECT, directory))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(directory, name));
  return [...markdown('.'), ...markdown('docs')].map(page);
}

export const page = (path: string): Page => readPage(path, readFileSync(join(PROJECT, path), 'utf8'));

/** Parses a Markdown page into its parts, each with its line. */
function readPage(path: string, source: string): Page {
  const tokens = new MarkdownIt({ html: true }).parse(source, {});
  const inline = tokens.flatMap((token, index) => {
    // In a table, only rows have a line number; cells do not.
    const row = () => tokens.slice(0, index).findLast(({ type }) => type === 'tr_open');
    return token.type === 'inline' ? [{ token, line: lineOf(token.map ? token : row()) }] : [];
  });
  return {
    path,
    source,
    blocks: tokens.flatMap((token) => codeBlock(token, path)),
    spans: inline.flatMap(({ token, line }) => [...spans(token, { page: path, line })]),
    links: inline.flatMap(({ token, line }) => [...links(token, { page: path, line })]),
    sections: sections(tokens, path),
    tables: tables(tokens, path),
  };
}

const lineOf = (token: Token | undefined) => (token?.map?.[0] ?? 0) + 1;

function codeBlock(token: Token, page: string): CodeBlock[] {
  const { type, info, content: text } = token;
  if (type === 'fence') return [{ page, line: lineOf(token) + 1, language: info.trim(), text }];
  return type === 'code_block' ? [{ page, line: lineOf(token), language: 'indented', text }] : [];
}

function sections(tokens: Token[], page: string): Section[] {
  const slugger = new GithubSlugger();
  return tokens.flatMap((token, index) => {
    if (token.type !== 'heading_open') return [];
    const title = plain(tokens[index + 1]);
    return [{ page, line: lineOf(token), title, level: Number(token.tag.slice(1)), anchor: slugger.slug(title) }];
  });
}

function tables(tokens: Token[], page: string): Table[] {
  const found: Table[] = [];
  let section = '';
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    const table = found.at(-1);
    if (token.type === 'heading_open') section = plain(next);
    else if (token.type === 'table_open') found.push({ page, line: lineOf(token), section, head: [], rows: [] });
    else if (token.type === 'tr_open') table?.rows.push([]);
    else if (token.type === 'th_open') table?.head.push(plain(next));
    else if (token.type === 'td_open') table?.rows.at(-1)?.push(plain(next));
  });
  // The first row is the head.
  return found.map((table) => ({ ...table, rows: table.rows.slice(1) }));
}

const plain = (token: Token | undefined) =>
  (token?.children ?? [])
    .map(({ type, content }) => (type === 'softbreak' ? ' ' : type === 'html_inline' ? '' : content))
    .join('');

function* spans({ children }: Token, { page: path, line }: PagePlace): Generator<CodeSpan> {
  let passed = 0;
  for (const { type, content } of children ?? []) {
    if (type === 'softbreak') passed++;
    if (type === 'code_inline') yield { page: path, line: line + passed, text: content };
  }
}

function* links({ children }: Token, { page: path, line }: PagePlace): Generator<Link> {
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

/** Finds the tables of a page by the heading of their first column. */
export const tablesOf = ({ tables }: Pick<Page, 'tables'>, head: string): Table[] =>
  tables.filter((table) => table.head[0] === head);
