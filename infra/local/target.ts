import { DEFAULT_API_URL } from '../../shared/pinterest/pinterest-client.ts';
import { UsageError } from './command-line.ts';

/** Which Pinterest the files go to. */
export type Target =
  | { kind: 'simulator'; name: string }
  | { kind: 'pinterest'; name: string; apiUrl: string; accessToken: string };

/**
 * Reads the target from the environment. Each target has a name of its own, and state of its own on disk: what was
 * dropped for the simulator must never end up with the real Pinterest.
 * @throws UsageError
 */
export function readTarget(environment: NodeJS.ProcessEnv): Target {
  const accessToken = environment['PINTEREST_ACCESS_TOKEN']?.trim();
  const apiUrl = environment['PINTEREST_API_URL']?.trim().replace(/\/+$/, '');
  if (!accessToken) {
    if (apiUrl)
      throw new UsageError('PINTEREST_API_URL is set but PINTEREST_ACCESS_TOKEN is not: set both, or neither.');
    return { kind: 'simulator', name: 'simulator' };
  }
  const url = apiUrl || DEFAULT_API_URL;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`PINTEREST_API_URL is no http or https URL: ${url}`);
  }
  return { kind: 'pinterest', name: new URL(url).host.replaceAll(':', '-'), apiUrl: url, accessToken };
}
