import { distance } from 'fastest-levenshtein';

/** A board or a section. */
export interface Named {
  id: string;
  name: string;
}

const LISTED = 3;

/**
 * Finds the item that a user means: by id, else by its exact name, else by its name without regard to case and white
 * space. Digits that are neither an id nor a name are taken for the id of an item that the list lacks, such as a secret
 * board; Pinterest then decides.
 * @returns the id, or a sentence that lists the ids of several items with this name, or the nearest names
 */
export function findNamed(
  wanted: string,
  items: readonly Named[],
  { kind, where }: { kind: 'board' | 'section'; where: string },
): { id: string } | { problem: string } {
  const named = (spelling: (name: string) => string) => items.filter(({ name }) => spelling(name) === spelling(wanted));
  const exact = named(String);
  const [first, ...others] = items.some(({ id }) => id === wanted)
    ? [{ id: wanted }]
    : exact.length > 0
      ? exact
      : named(loose);
  if (first === undefined)
    return /^\d+$/.test(wanted) ? { id: wanted } : { problem: unknown(wanted, items, { kind, where }) };
  if (others.length === 0) return { id: first.id };
  const ids = [first, ...others].map(({ id }) => id).join(', ');
  return {
    problem: `${others.length + 1} ${kind}s are named "${wanted}" ${where}: name one by its id, ${ids.replace(/, (\d+)$/, ' or $1')}.`,
  };
}

function unknown(wanted: string, items: readonly Named[], { kind, where }: { kind: string; where: string }): string {
  if (items.length === 0) return `There is no ${kind} "${wanted}": there are no ${kind}s ${where}.`;
  const nearest = items
    .map(({ name }) => ({ name, apart: distance(loose(name), loose(wanted)) }))
    .sort((one, other) => one.apart - other.apart)
    .slice(0, LISTED);
  const names = [...new Set(nearest.map(({ name }) => `"${name}"`))].join(', ');
  const rest = items.length > nearest.length ? `the nearest of ${items.length} are` : 'there are';
  return `There is no ${kind} "${wanted}" ${where}: ${rest} ${names}.`;
}

const loose = (name: string) => name.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
