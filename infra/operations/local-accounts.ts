import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from './private-file.ts';

const FILE = 'accounts.json';

const namesSchema = z.array(z.string());

/**
 * @returns the account names of the setting `accounts` that the last `npm start` had; empty when it had no such
 *   setting, or never ran
 */
export function readLocalAccounts(stateDirectory: string): string[] {
  try {
    return namesSchema.parse(JSON.parse(readFileSync(join(stateDirectory, FILE), 'utf8')));
  } catch {
    return [];
  }
}

/** Stores the account names, so that `pindrop auth --local` can check its `--account`. */
export function keepLocalAccounts(stateDirectory: string, names: string[]): void {
  if (readLocalAccounts(stateDirectory).join() === names.join()) return;
  writePrivateFile(join(stateDirectory, FILE), `${JSON.stringify(names)}\n`);
}
