import { join } from 'node:path';
import { writePrivateFile } from './private-file.ts';

/**
 * The file that holds the tokens for `npm start`. A sign-in with `--local` writes it.
 * @param account name of one of several accounts; undefined without the setting `accounts`
 */
export const tokenFile = (stateDirectory: string, account?: string): string =>
  join(stateDirectory, account === undefined ? 'tokens.json' : `tokens-${account}.json`);

export function writeTokenFile(path: string, secret: string): void {
  writePrivateFile(path, `${secret}\n`);
}
