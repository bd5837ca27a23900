import { inWords, type Page, type Place } from './markdown.ts';

/** A command as a page has it: what a reader would paste into a shell. */
export interface Command extends Place {
  text: string;
}

/** Languages of blocks that are no commands: what they are is checked elsewhere, or is only to be looked at. */
const NO_COMMANDS = ['ts', 'json', 'text', 'mermaid'];

/** Every command begins like this, and has more than its name, also where only indentation or backticks mark it. */
const BEGINS = /^(?:[A-Z][A-Z0-9_]*=\S+\s+)*(?:npm|npx|node|aws|git|docker|curl|cd|export|sh|bash)\s+\S/;
/** Settings that a sentence names stand for a deployment with them. */
const SETTINGS = /^-c \w+=/;

/**
 * Every command of a page: each line of its shell blocks, and what stands in its sentences.
 * @throws Error naming a block of which it cannot be told whether it holds commands
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

/** The lines of a block without comments, those that end in a backslash joined. */
function logicalLines({ page, line, text }: Place & { text: string }): Command[] {
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
