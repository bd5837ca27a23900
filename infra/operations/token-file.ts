import { writePrivateFile } from './private-file.ts';

/** The file in the state directory that holds the tokens for `npm start`. A sign-in with `--local` writes it. */
export const TOKEN_FILE = 'tokens.json';

export function writeTokenFile(path: string, secret: string): void {
  writePrivateFile(path, `${secret}\n`);
}
