import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Comment, parseSync } from 'oxc-parser';

/** An exported name with its documentation. */
interface Export {
  name: string;
  /** The JSDoc's text, without the stars. */
  doc: string;
  /** The declaration, copied from the .d.ts file. */
  declaration: string;
}

/** The package's entry points, each with its declaration file. */
const ENTRIES = [
  { entry: 'pindrop', file: 'infra/stack/index.d.ts' },
  { entry: 'pindrop/events', file: 'shared/events/index.d.ts' },
  { entry: 'pindrop/pinterest', file: 'shared/pinterest/index.d.ts' },
];

/** Longest constant that is printed, in characters. Longer ones are schemas, whose types do not help a reader. */
const LONGEST_CONSTANT = 200;

/**
 * Generates the page docs/api.md from the declarations and their docstrings.
 * @param dist the directory that `npm run build` fills
 */
export function apiPage(dist: string): string {
  const sections = ENTRIES.map(({ entry, file }) => {
    const path = join(dist, file);
    return [`## ${entry}`, intro(path), ...exportsOf(path).map(section)].join('\n\n');
  });
  return `# API\n\nThe three entries of the npm package, made from their docstrings by \`npm run api\`.\n\n${sections.join('\n\n')}\n`;
}

function section({ name, doc, declaration }: Export): string {
  const code = declaration.length > LONGEST_CONSTANT && /^declare const/.test(declaration) ? '' : declaration;
  return [`### ${name}`, doc, code && fenced(code)].filter((part) => part !== '').join('\n\n');
}

const fenced = (code: string) => `\`\`\`typescript\n${code}\n\`\`\``;

/** The text of the first comment in an entry's declaration file. */
function intro(file: string): string {
  const { comments } = parse(file);
  return comments[0] ? docText(comments[0]) : '';
}

function parse(file: string) {
  const text = readFileSync(file, 'utf8');
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  return { text, program, comments };
}

/** Lists every export of a module in source order, and follows re-exports. */
function exportsOf(file: string): Export[] {
  const { text, program, comments } = parse(file);
  return program.body.flatMap((statement) => {
    if (statement.type === 'ExportAllDeclaration') return exportsOf(sourceOf(file, statement.source.value));
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const { source, specifiers, declaration, start } = statement;
    if (source) {
      const there = exportsOf(sourceOf(file, source.value));
      const names = specifiers.map(({ exported }) => ('name' in exported ? exported.name : exported.value));
      return names.flatMap((name) => there.find((each) => each.name === name) ?? []);
    }
    if (!declaration) return [];
    const id = declaration.type === 'VariableDeclaration' ? declaration.declarations[0]?.id : declaration.id;
    const code = withoutPrivate(text.slice(declaration.start, declaration.end));
    return [{ name: id && 'name' in id ? id.name : '', doc: docBefore(text, comments, start), declaration: code }];
  });
}

const sourceOf = (file: string, source: string) => join(dirname(file), source.replace(/\.(js|ts)$/, '.d.ts'));

/** Removes `#private;`, which only says that a class has private members. */
const withoutPrivate = (declaration: string) => declaration.replace(/\n\s*#private;/, '');

function docBefore(text: string, comments: Comment[], start: number): string {
  const comment = comments.findLast(({ end }) => end <= start);
  if (!comment?.value.startsWith('*') || text.slice(comment.end, start).trim() !== '') return '';
  return docText(comment);
}

function docText({ value }: Comment): string {
  return value
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
    .replace(/\{@link (\w+)(\.\w+)?\}/g, '`$1$2`')
    .replace(/^@(\w+)/gm, '- **@$1**')
    .replace(/(?:^ {4}.*(?:\n|$))+/gm, (example) => `${fenced(example.replace(/^ {4}/gm, '').trimEnd())}\n`);
}

/** Writes the page when Node runs this file directly, as `npm run api` does. */
if (import.meta.main) {
  writeFileSync(
    new URL('../../docs/api.md', import.meta.url),
    apiPage(fileURLToPath(new URL('../../dist', import.meta.url))),
  );
}
