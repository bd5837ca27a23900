import { inWords, type Page, type PagePlace } from './markdown.ts';

/** A command on a page, as a reader pastes it into a shell. */
export interface Command extends PagePlace {
  text: string;
}

/** Languages of blocks without commands. Other tests check these blocks, or the blocks are only for reading. */
const NO_COMMANDS = ['ts', 'typescript', 'json', 'text', 'mermaid'];

/** The beginning of a command in an indented block or between backticks. A program's name alone is not a command. */
const BEGINS = /^(?:[A-Z][A-Z0-9_]*=\S+\s+)*(?:(?:npm|npx|node|aws|git|docker|curl|cd|sh|bash)\s+\S|export\s+\w+=)/;
/** A setting in a sentence, such as `-c prefix=videos/`, is tested as a deployment with this setting. */
const SETTINGS = /^-c \w+=/;

/**
 * Finds every command of a page, in shell blocks and in sentences.
 * @throws Error that names a block whose language is unknown
 */
export function commandsOf({ blocks, spans }: Page): Command[] {
  return [
    ...blocks.flatMap((block) => {
      const lines = logicalLines(block);
      if (block.language === 'sh') return lines;
      if (block.language === 'indented') return lines.some(({ text }) => BEGINS.test(text)) ? lines : [];
      if (NO_COMMANDS.includes(block.language)) return [];
      throw new Error(
        `${inWords(block)}: is a block of "${block.language}" a command? Say sh, ${NO_COMMANDS.join(', ')}.`,
      );
    }),
    ...spans.flatMap((span) => {
      if (BEGINS.test(span.text)) return [span];
      return SETTINGS.test(span.text) ? [{ ...span, text: `npm run deploy -- ${span.text}` }] : [];
    }),
  ];
}

/** Splits a block into lines, without comments. A line that ends in a backslash is joined with the next line. */
function logicalLines({ page, line, text }: PagePlace & { text: string }): Command[] {
  const found: Command[] = [];
  let open = false;
  text.split('\n').forEach((raw, index) => {
    const content = raw.replace(/(^|\s)#.*$/, '').trim();
    const last = found.at(-1);
    if (open && last) last.text = `${last.text} ${content.replace(/\s*\\$/, '')}`;
    else if (content !== '') found.push({ page, line: line + index, text: content.replace(/\s*\\$/, '') });
    open = content.endsWith('\\');
  });
  return found;
}
