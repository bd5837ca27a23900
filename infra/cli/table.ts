import Table from 'cli-table3';
import { escapeControls } from '../terminal/escape-controls.ts';

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
);

/** Formats a table without borders, with one line for each row. It is easy to read, and cells are easy to copy. */
export function tableLines(head: string[], rows: string[][]): string[] {
  const table = new Table({
    head,
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  // Escape line breaks: a line break in a cell would start another line.
  table.push(...rows.map((row) => row.map(escapeControls)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
