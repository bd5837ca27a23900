import { accountNames } from '../../../operations/accounts.ts';
import { type DeployedSettings, deployedSettings } from '../../../operations/deployed-settings.ts';
import { intakeOf } from '../../../operations/intake.ts';
import {
  exampleDeadLetterQueues,
  failedExecutions,
  ignoredFiles,
  missingOutputs,
  queueDepth,
  raisedAlarms,
  UNREADABLE_DAYS,
  unreadableNotifications,
} from '../../../operations/stack-health.ts';
import { outputOf } from '../../../operations/stack-outputs.ts';
import type { StackPorts } from '../../../operations/stack-ports.ts';
import type { ExitCode, Output } from '../../command.ts';
import { hint } from '../../hint.ts';
import { accountFindings } from './account-findings.ts';
import { type Finding, type Found, finding, print } from './finding.ts';

const UNDELIVERED = 'docs/runbook.md#undelivered-events';
const FAILED = 'docs/runbook.md#failed-executions';
/** Runs all checks and prints one line for each finding. The findings about each of several accounts are a section. */
export async function doctor(ports: StackPorts, output: Output): Promise<ExitCode> {
  const names = accountNames(ports);
  const settings = once(() => deployedSettings(ports));
  const ofStack = [
    outputs(ports),
    ...(names.length === 0 ? await accountFindings(undefined, settings, ports) : []),
    // S3 on this machine notifies as the template says.
    ...(ports.local ? [] : [await finding('notifications', () => notifications(ports))]),
    await finding('queue', () => queue(ports)),
    await finding('dead letters', () => deadLetters(ports)),
    await finding('unreadable notifications', () => unreadable(settings, ports)),
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

function outputs(ports: StackPorts): Finding {
  const missing = missingOutputs(ports);
  const found = missing.length === 0 ? 'complete' : `${missing.join(', ')} missing`;
  const fix = ports.local ? 'restart npm start' : 'npm run deploy';
  return { about: 'stack outputs', well: missing.length === 0, found, fix };
}

async function queue(ports: StackPorts): Promise<Found> {
  const { ready, inFlight } = await queueDepth(outputOf(ports, 'QueueUrl'), ports);
  return { well: true, found: `${ready} ready, ${inFlight} in progress or waiting for another attempt` };
}

async function deadLetters(ports: StackPorts): Promise<Found> {
  const { ready, inFlight } = await queueDepth(outputOf(ports, 'DeadLetterQueueUrl'), ports);
  const fix = `read the reason in the log of report-dead-letter, fix it, then ${hint('redrive', ports)}`;
  return { well: ready + inFlight === 0, found: String(ready + inFlight), fix };
}

/** Checks that the queue learns of new objects: somebody may have replaced the notifications of the bucket. */
async function notifications(ports: StackPorts): Promise<Found> {
  const { working, missing } = await intakeOf(ports);
  if (working.length > 0) return { well: true, found: `the bucket ${working.join(' and ')}` };
  const backfill = hint(`backfill s3://${outputOf(ports, 'DropBucketName')}/`, ports);
  const fix = `configure the bucket so that it ${missing.join(' or ')} (docs/existing-buckets.md), then ${backfill}`;
  return { well: false, found: 'the bucket does not notify the queue of new objects', fix };
}

/** Checks for messages that `ingest` cannot read as drops. They stay in the queue until they become dead letters. */
async function unreadable(settings: () => Promise<DeployedSettings>, ports: StackPorts): Promise<Found> {
  if (ports.local)
    return { well: 'unknown', found: 'they are counted only on AWS; on this machine, the log of ingest lists them' };
  const { deployment } = await settings();
  const count = await unreadableNotifications(deployment, ports);
  const fix = 'read the reason in the log of ingest: "notification unreadable"';
  return { well: count === 0, found: `${count} in the last ${UNREADABLE_DAYS} days`, fix };
}

/** Counts the put objects that the settings exclude, and says which keys are uploaded. */
async function ignored(settings: () => Promise<DeployedSettings>, ports: StackPorts): Promise<Found> {
  const deployed = await settings();
  const uploaded = uploadedKeys(deployed);
  if (ports.local) return { well: 'unknown', found: `they are counted only on AWS; ${uploaded}` };
  return { well: true, found: `${await ignoredFiles(deployed.deployment, ports)} in the last 24 hours; ${uploaded}` };
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

async function executions(ports: StackPorts): Promise<Found> {
  const failed = await failedExecutions(ports);
  const found = failed.length === 0 ? 'none' : failed.join(', ');
  return { well: failed.length === 0, found, fix: `see ${FAILED}` };
}

async function alarms(ports: StackPorts): Promise<Found> {
  if (ports.local) return { well: 'unknown', found: 'npm start has no alarms' };
  const raised = await raisedAlarms(ports);
  const found = raised.length === 0 ? 'none raised' : raised.map(({ name }) => name).join(', ');
  return { well: raised.length === 0, found, fix: raised.map(({ description }) => description).join(' ') };
}
