import { isApiUrl } from '../../../shared/pinterest/api-url.ts';
import { DEFAULT_API_URL } from '../../../shared/pinterest/pinterest-client.ts';
import { readAccountTokens, type TokenSources } from './account-tokens.ts';
import { UsageError } from './usage-error.ts';

/** Which Pinterest the files go to. */
export type Target = {
  /** Also the name of the directory with the target's state. */
  name: string;
  /** Names of the Pinterest accounts; empty without the setting `accounts`. */
  accounts: string[];
} & ({ kind: 'simulator' } | { kind: 'pinterest'; apiUrl: string; tokens: TokenSources });

/**
 * Reads the target from the environment, and from the token files that `pindrop auth --local` wrote. Each target has
 * its own name and its own state on disk: files that were dropped for the simulator must never reach the real
 * Pinterest.
 * @param stateDirectory contains the token files
 * @param accounts names of the accounts in the setting `accounts`; empty without the setting
 * @throws UsageError
 */
export function readTarget(environment: NodeJS.ProcessEnv, stateDirectory: string, accounts: string[] = []): Target {
  const apiUrl = environment['PINTEREST_API_URL']?.trim().replace(/\/+$/, '');
  const tokens = readAccountTokens(environment, stateDirectory, accounts);
  if (tokens === undefined) {
    const variable = accounts.length === 0 ? 'PINTEREST_ACCESS_TOKEN' : 'PINTEREST_ACCESS_TOKENS';
    if (apiUrl) throw new UsageError(`PINTEREST_API_URL is set but ${variable} is not: set both, or neither.`);
    return { kind: 'simulator', name: 'simulator', accounts };
  }
  const url = apiUrl || DEFAULT_API_URL;
  if (!isApiUrl(url)) {
    throw new UsageError(`PINTEREST_API_URL must be an https URL, or http on this machine (127.0.0.1): ${url}`);
  }
  return { kind: 'pinterest', name: new URL(url).host.replaceAll(':', '-'), apiUrl: url, tokens, accounts };
}
