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

/** Columns without borders, one line for each row: easy to read, and to copy from. */
export function tableLines(head: string[], rows: string[][]): string[] {
  const table = new Table({
    head,
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  // A line break in a cell would make a row of its own.
  table.push(...rows.map((row) => row.map(escapeControls)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
