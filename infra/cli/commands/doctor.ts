import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import type { RateLimit } from '../../../shared/pinterest/rate-limit.ts';
import { TokenMissingError, type TokenSecretValue, tokenDaysLeft } from '../../../shared/pinterest/token-secret.ts';
import { accountNames, tokenSecretArn } from '../../operations/accounts.ts';
import { type DeployedSettings, deployedSettings, gateClosedUntil } from '../../operations/deployed-settings.ts';
import { apiUrlOf, pinterestOf, tokenSecretOf } from '../../operations/pinterest-of-stack.ts';
import {
  exampleDeadLetterQueues,
  failedExecutions,
  ignoredFiles,
  missingOutputs,
  queueDepth,
  raisedAlarms,
  UNREADABLE_DAYS,
  unreadableNotifications,
} from '../../operations/stack-health.ts';
import { outputOf } from '../../operations/stack-outputs.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import { tokenRotation } from '../../operations/token-rotation.ts';
import type { ExitCode, Output } from '../command.ts';
import { isConnectionRefused } from '../connection-refused.ts';
import { hint } from '../hint.ts';

interface Finding {
  /** Name of the account that the finding is about, if there are several. */
  account?: string;
  about: string;
  /** `unknown`: the check has no result. It does not change the exit code. */
  well: boolean | 'unknown';
  found: string;
  /** What to do when `well` is not true. */
  fix?: string;
}

/** Fewest days for which the token must still be valid. Tokens are renewed every week. */
const FEW_DAYS = 7;
const UNDELIVERED = 'docs/runbook.md#undelivered-events';
const FAILED = 'docs/runbook.md#failed-executions';
const CREDENTIALS = 'check that your AWS credentials are allowed to read it';

/** Runs all checks and prints one line for each finding. The findings about each of several accounts are a section. */
export async function doctor(ports: StackPorts, output: Output): Promise<ExitCode> {
  const names = accountNames(ports);
  const settings = once(() => deployedSettings(ports));
  const ofStack = [
    outputs(ports),
    ...(names.length === 0 ? await accountFindings(undefined, settings, ports) : []),
    await finding('queue', () => queue(ports)),
    await finding('dead letters', () => deadLetters(ports)),
    await finding('unreadable notifications', () => unreadable(ports)),
    await finding('ignored files', () => ignored(settings, ports)),
    ...(await exampleDeadLetters(ports)),
    await finding('failed executions', () => executions(ports)),
    await finding('alarms', () => alarms(ports)),
  ];
  const sections = await Promise.all(names.map((name) => accountFindings(name, settings, ports)));
  for (const each of ofStack) print(each, output);
  for (const findings of sections) {
    if (!output.json) for (const heading of ['', `Account ${findings[0]?.account}`]) output.print(heading);
    for (const each of findings) print(each, output);
  }
  return [ofStack, ...sections].flat().every(({ well }) => well !== false) ? 0 : 1;
}

/** @param account name of one of several accounts; undefined for the only account */
async function accountFindings(
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

const print = (finding: Finding, output: Output) => output.print(output.json ? JSON.stringify(finding) : line(finding));

const MARKS = { true: '✔', false: '✘', unknown: '?' };
const line = ({ about, well, found, fix }: Finding) =>
  `${MARKS[`${well}`]} ${about}: ${found}${well === true || fix === undefined ? '' : ` → ${fix}`}`;

/** Runs one check. An error becomes its finding, so that the other checks still run. */
async function finding(about: string, look: () => Promise<Omit<Finding, 'about'>>): Promise<Finding> {
  try {
    return { about, ...(await look()) };
  } catch (error) {
    if (isConnectionRefused(error)) throw error;
    return { about, well: false, found: (error as Error).message, fix: CREDENTIALS };
  }
}

function outputs(ports: StackPorts): Finding {
  const missing = missingOutputs(ports);
  const found = missing.length === 0 ? 'all there' : `${missing.join(', ')} missing`;
  const fix = ports.local ? 'restart npm start' : 'npm run deploy';
  return { about: 'stack outputs', well: missing.length === 0, found, fix };
}

/** The command that signs in. */
const signIn = (account: string | undefined, ports: StackPorts) =>
  hint(account === undefined ? 'auth' : `auth --account ${account}`, ports);

async function token(
  account: string | undefined,
  ports: StackPorts,
  quota: RateLimit,
): Promise<Omit<Finding, 'about'>> {
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

async function tokenDays(account: string | undefined, ports: StackPorts): Promise<Omit<Finding, 'about'>> {
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
    return { well: 'unknown', found: 'the secret does not say', fix: `sign in to have the token renewed: ${fix}` };
  }
  const renewed = secret.refreshToken === undefined ? 'it is not renewed' : 'it is renewed every week';
  return { well: days >= FEW_DAYS, found: `${Math.floor(days)}; ${renewed}`, fix };
}

async function rotation(account: string | undefined, ports: StackPorts): Promise<Omit<Finding, 'about'>> {
  const { scheduled, unfinished, next } = await tokenRotation(tokenSecretArn(ports, account), ports);
  if (unfinished) {
    const fix = 'read the reason in the log of rotate-token; a sign-in ends the failed rotation, too';
    return { well: false, found: 'the last one is not finished, and is attempted again', fix };
  }
  if (!scheduled) return { well: 'unknown', found: 'not scheduled', fix: 'deploy without the setting emulated' };
  return { well: true, found: next === undefined ? 'scheduled' : `scheduled, the next one by ${next.toISOString()}` };
}

function quotaFinding({ limit, remaining, resetSeconds }: RateLimit): Finding {
  const about = 'quota';
  if (remaining === undefined) return { about, well: 'unknown', found: "Pinterest's answer does not say" };
  const reset = resetSeconds === undefined ? '' : `, for the next ${Math.ceil(resetSeconds)} s`;
  const found = `${remaining} requests left${limit === undefined ? '' : ` of ${limit}`}${reset}`;
  return { about, well: remaining > 0, found, fix: 'nothing to do: files wait until Pinterest allows more' };
}

/** Checks whether Pinterest has asked to register nothing for some time. */
async function rateLimit(
  account: string | undefined,
  settings: () => Promise<DeployedSettings>,
  ports: StackPorts,
): Promise<Omit<Finding, 'about'>> {
  const until = await gateClosedUntil((await settings()).gates[account ?? ''] ?? '', ports);
  const found = until === undefined ? 'registrations are allowed' : `no registration until ${until.toISOString()}`;
  return { well: until === undefined, found, fix: 'nothing to do: files wait until Pinterest allows more' };
}

async function queue(ports: StackPorts): Promise<Omit<Finding, 'about'>> {
  const { ready, inFlight } = await queueDepth(outputOf(ports, 'QueueUrl'), ports);
  return { well: true, found: `${ready} ready, ${inFlight} in progress or waiting for another attempt` };
}

async function deadLetters(ports: StackPorts): Promise<Omit<Finding, 'about'>> {
  const { ready, inFlight } = await queueDepth(outputOf(ports, 'DeadLetterQueueUrl'), ports);
  const fix = `read the reason in the log of report-dead-letter, fix it, then ${hint('redrive', ports)}`;
  return { well: ready + inFlight === 0, found: String(ready + inFlight), fix };
}

/** Checks for messages that `ingest` cannot read as drops. They stay in the queue until they become dead letters. */
async function unreadable(ports: StackPorts): Promise<Omit<Finding, 'about'>> {
  if (ports.local) return { well: 'unknown', found: 'they are counted on AWS only; here the log of ingest has them' };
  const count = await unreadableNotifications(ports);
  const fix = 'read the reason in the log of ingest: "notification unreadable"';
  return { well: count === 0, found: `${count} in the last ${UNREADABLE_DAYS} days`, fix };
}

/** Counts the put objects that the settings exclude, and says which keys are uploaded. */
async function ignored(settings: () => Promise<DeployedSettings>, ports: StackPorts): Promise<Omit<Finding, 'about'>> {
  const uploaded = uploadedKeys(await settings());
  if (ports.local) return { well: 'unknown', found: `they are counted on AWS only; ${uploaded}` };
  return { well: true, found: `${await ignoredFiles(ports)} in the last 24 hours; ${uploaded}` };
}

function uploadedKeys({ prefixes, suffixes }: DeployedSettings): string {
  const starts = prefixes.filter((prefix) => prefix !== '');
  const rules = [
    ...(starts.length === 0 ? [] : [`start with ${starts.join(' or ')}`]),
    ...(suffixes.length === 0 ? [] : [`end in ${suffixes.join(' or ')}`]),
  ];
  return rules.length === 0 ? 'every key is uploaded' : `only keys that ${rules.join(' and ')} are uploaded`;
}

/** Calls a function when its result is first needed, and keeps the result. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Checks the dead-letter queue of each example that has one. */
function exampleDeadLetters(ports: StackPorts): Promise<Finding[]> {
  return Promise.all(
    exampleDeadLetterQueues(ports).map(({ example, url }) =>
      finding(`dead letters of ${example}`, async () => {
        const { ready, inFlight } = await queueDepth(url, ports);
        return { well: ready + inFlight === 0, found: String(ready + inFlight), fix: `see ${UNDELIVERED}` };
      }),
    ),
  );
}

async function executions(ports: StackPorts): Promise<Omit<Finding, 'about'>> {
  const failed = await failedExecutions(ports);
  const found = failed.length === 0 ? 'none' : failed.join(', ');
  return { well: failed.length === 0, found, fix: `see ${FAILED}` };
}

async function alarms(ports: StackPorts): Promise<Omit<Finding, 'about'>> {
  if (ports.local) return { well: 'unknown', found: 'there are none on this machine' };
  const raised = await raisedAlarms(ports);
  const found = raised.length === 0 ? 'none raised' : raised.map(({ name }) => name).join(', ');
  return { well: raised.length === 0, found, fix: raised.map(({ description }) => description).join(' ') };
}
