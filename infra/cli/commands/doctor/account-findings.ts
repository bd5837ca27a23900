import { PinterestError } from '../../../../shared/pinterest/pinterest-error.ts';
import type { RateLimit } from '../../../../shared/pinterest/rate-limit.ts';
import { TokenMissingError, type TokenSecretValue, tokenDaysLeft } from '../../../../shared/pinterest/token-secret.ts';
import { tokenSecretArn } from '../../../operations/accounts.ts';
import { closedGate, type DeployedSettings } from '../../../operations/deployed-settings.ts';
import { apiUrlOf, pinterestOf, tokenSecretOf } from '../../../operations/pinterest-of-stack.ts';
import type { StackPorts } from '../../../operations/stack-ports.ts';
import { tokenRotation } from '../../../operations/token-rotation.ts';
import { hint } from '../../hint.ts';
import { type Finding, type Found, finding } from './finding.ts';

/** Fewest days for which the token must still be valid. Tokens are renewed every week. */
const FEW_DAYS = 7;

/**
 * Checks the tokens and the limits of a Pinterest account.
 * @param account name of one of several accounts; undefined for the only account
 * @param settings reads the settings when they are first needed
 */
export async function accountFindings(
  account: string | undefined,
  settings: () => Promise<DeployedSettings>,
  ports: StackPorts,
): Promise<Finding[]> {
  const quota: RateLimit = {};
  const findings = [
    await finding('token', () => token(account, ports, quota)),
    await finding('token days left', () => tokenDays(account, ports)),
    await finding('token rotation', () => rotation(account, ports)),
    quotaFinding(quota),
    await finding('rate limit', () => rateLimit(account, settings, ports)),
  ];
  return findings.map((each) => ({ account, ...each }));
}

/** The command that signs in. */
const signIn = (account: string | undefined, ports: StackPorts) =>
  hint(account === undefined ? 'auth' : `auth --account ${account}`, ports);

async function token(account: string | undefined, ports: StackPorts, quota: RateLimit): Promise<Found> {
  const fix = signIn(account, ports);
  try {
    await pinterestOf(ports, account, ({ rateLimit }) => Object.assign(quota, rateLimit)).mediaList({ pageSize: 1 });
    return { well: true, found: 'Pinterest accepts it' };
  } catch (error) {
    const { message: found } = error as Error;
    if (error instanceof TokenMissingError) return { well: false, found, fix };
    if (!(error instanceof PinterestError)) throw error;
    const wait = 'wait a minute, and run this again';
    return { well: false, found, fix: error.tokenRefused ? fix : wait };
  }
}

async function tokenDays(account: string | undefined, ports: StackPorts): Promise<Found> {
  const fix = signIn(account, ports);
  let secret: TokenSecretValue;
  try {
    secret = await tokenSecretOf(ports, account);
  } catch (error) {
    if (!(error instanceof TokenMissingError)) throw error;
    return { well: false, found: 'nobody has signed in yet', fix };
  }
  const days = tokenDaysLeft(secret, new Date());
  if (days === undefined && ports.local && new URL(apiUrlOf(ports)).hostname === '127.0.0.1') {
    return { well: true, found: 'the token of the simulator does not expire' };
  }
  if (days === undefined) {
    return {
      well: 'unknown',
      found: 'the secret does not contain the expiry time',
      fix: `sign in again, so that the token is renewed: ${fix}`,
    };
  }
  const renewed = secret.refreshToken === undefined ? 'it is not renewed' : 'it is renewed every week';
  return { well: days >= FEW_DAYS, found: `${Math.floor(days)}; ${renewed}`, fix };
}

async function rotation(account: string | undefined, ports: StackPorts): Promise<Found> {
  const { scheduled, unfinished, next } = await tokenRotation(tokenSecretArn(ports, account), ports);
  if (unfinished) {
    const fix = `fix the error in the log of rotate-token, or sign in again, which also ends the failed rotation: ${signIn(account, ports)}`;
    return { well: false, found: 'the last rotation has not finished, and is retried', fix };
  }
  if (!scheduled) return { well: 'unknown', found: 'not scheduled', fix: 'deploy without the setting emulated' };
  return {
    well: true,
    found: next === undefined ? 'scheduled' : `scheduled, the next rotation by ${next.toISOString()}`,
  };
}

function quotaFinding({ limit, remaining, resetSeconds }: RateLimit): Finding {
  const about = 'quota';
  if (remaining === undefined) return { about, well: 'unknown', found: 'Pinterest did not report it' };
  const reset = resetSeconds === undefined ? '' : `, for the next ${Math.ceil(resetSeconds)} s`;
  const found = `${remaining} ${remaining === 1 ? 'request' : 'requests'} left${limit === undefined ? '' : ` of ${limit}`}${reset}`;
  return { about, well: remaining > 0, found, fix: 'nothing to do: files wait until Pinterest allows more' };
}

/** Checks whether Pinterest has asked to register nothing for some time, or the account pauses. */
async function rateLimit(
  account: string | undefined,
  settings: () => Promise<DeployedSettings>,
  ports: StackPorts,
): Promise<Found> {
  const closed = await closedGate((await settings()).gates[account ?? ''] ?? '', ports);
  if (closed === undefined) return { well: true, found: 'registrations are allowed' };
  const { until, pause } = closed;
  const found = `no registration until ${until.toISOString()}`;
  if (!pause) return { well: false, found, fix: 'nothing to do: files wait until Pinterest allows more' };
  return {
    well: false,
    found: `${found}, because ${pause.faults === 1 ? 'the last registration' : `${pause.faults} registrations in a row`} failed`,
    fix:
      pause.because === 'token'
        ? signIn(account, ports)
        : 'nothing to do: the next file tries again; the log of ingest has the cause',
  };
}
