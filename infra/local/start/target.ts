import { readFileSync } from 'node:fs';
import { isApiUrl } from '../../../shared/pinterest/api-url.ts';
import { DEFAULT_API_URL } from '../../../shared/pinterest/pinterest-client.ts';
import { readTokenSecret } from '../../../shared/pinterest/token-secret.ts';
import { writeTokenFile } from '../../operations/token-file.ts';
import { UsageError } from './command-line.ts';

/** Which Pinterest the files go to. */
export type Target =
  | { kind: 'simulator'; name: string }
  | {
      kind: 'pinterest';
      name: string;
      apiUrl: string;
      /** The token secret as JSON. */
      secret: string;
      /** Stores renewed tokens; absent when the token came from the environment. */
      keep?: (secret: string) => void;
    };

/**
 * Reads the target from the environment, and from the token file that `pindrop auth --local` wrote. Each target has its
 * own name and its own state on disk: files that were dropped for the simulator must never reach the real Pinterest.
 * @param tokenFile path of the file in which a sign-in stores its tokens
 * @throws UsageError
 */
export function readTarget(environment: NodeJS.ProcessEnv, tokenFile: string): Target {
  const accessToken = environment['PINTEREST_ACCESS_TOKEN']?.trim();
  const apiUrl = environment['PINTEREST_API_URL']?.trim().replace(/\/+$/, '');
  const signedIn = accessToken ? undefined : readTokenFile(tokenFile);
  if (!accessToken && signedIn === undefined) {
    if (apiUrl)
      throw new UsageError('PINTEREST_API_URL is set but PINTEREST_ACCESS_TOKEN is not: set both, or neither.');
    return { kind: 'simulator', name: 'simulator' };
  }
  const url = apiUrl || DEFAULT_API_URL;
  if (!isApiUrl(url)) {
    throw new UsageError(`PINTEREST_API_URL must be an https URL, or http on this machine (127.0.0.1): ${url}`);
  }
  const name = new URL(url).host.replaceAll(':', '-');
  const target = { kind: 'pinterest', name, apiUrl: url } as const;
  if (signedIn === undefined) return { ...target, secret: JSON.stringify({ accessToken }) };
  let known = signedIn;
  const keep = (secret: string) => {
    // The user has signed in again since. That sign-in is newer than this run's renewed token. The next start uses it.
    if (readTokenFile(tokenFile)?.trim() !== known.trim()) return;
    writeTokenFile(tokenFile, secret);
    known = secret;
  };
  return { ...target, secret: signedIn, keep };
}

function readTokenFile(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    readTokenSecret(text);
    return text;
  } catch {
    throw new UsageError(`${path} holds no token: sign in again (npm run pindrop -- auth --local), or delete it.`);
  }
}
