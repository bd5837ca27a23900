import Table from 'cli-table3';
import type { Figures, Mark, Measured } from './part.ts';
import { rounded } from './statistics.ts';

/** Converts a part's name to its key in the JSON file: `cold-start` becomes `coldStart`. */
const camelCase = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The printed report of one part. */
export function printed(name: string, { table, marks, notes }: Measured): string {
  const [head = [], ...rows] = table;
  const drawn = new Table({ head, style: { head: [], border: [] } });
  drawn.push(...rows);
  return [`\n${name}`, drawn.toString(), ...marks.map(markLine), ...notes.map((note) => `  ${note}`)].join('\n');
}

function markLine({ figure, value, atMost, unit = '' }: Mark): string {
  const sign = value <= atMost ? '✔' : '✘ missed:';
  return `  ${sign} ${figure}: ${rounded(value)} ${unit}`.trimEnd().concat(` (at most ${rounded(atMost)})`);
}

/** The content of the JSON file: the figures of all parts. */
export function figuresOf(measured: Map<string, Measured>, machine: Record<string, string>, runs: number): Figures {
  const parts = [...measured].map(([name, { figures }]) => [camelCase(name), figures] as const);
  return { ...Object.fromEntries(parts), machine, runs };
}
