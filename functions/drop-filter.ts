import type { DropFilter } from '../shared/upload/drop-filter.ts';
import type { Accounts } from './accounts.ts';
import { environment } from './environment.ts';

/**
 * The filter of put objects from the stack's settings.
 * @param accounts the Pinterest accounts, which have the prefixes
 */
export function dropFilterOfStack({ prefixes }: Pick<Accounts, 'prefixes'>): DropFilter {
  const { DROP_BUCKET, SUFFIXES } = environment('DROP_BUCKET', 'SUFFIXES');
  return { bucket: DROP_BUCKET, prefixes, suffixes: readSuffixesVariable(SUFFIXES) };
}

/** The suffixes in the variable `SUFFIXES`, which separates them by commas. */
export const readSuffixesVariable = (variable: string): string[] => (variable === '' ? [] : variable.split(','));
