import { writePrivateFile } from './private-file.ts';

/** The file in the state directory with the tokens of `npm start`, after a sign-in with `--local`. */
export const TOKEN_FILE = 'tokens.json';

export function writeTokenFile(path: string, secret: string): void {
  writePrivateFile(path, `${secret}\n`);
}
