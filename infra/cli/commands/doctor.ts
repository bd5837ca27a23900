import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import type { RateLimit } from '../../../shared/pinterest/rate-limit.ts';
import { tokenDaysLeft } from '../../../shared/pinterest/token-secret.ts';
import { pinterestOfStack, tokenSecretOfStack } from '../../operations/pinterest-of-stack.ts';
import type { Command, CommandPorts } from '../command.ts';

interface Finding {
  about: string;
  /** Unknown is neither well nor ill. */
  well: boolean | 'unknown';
  found: string;
  /** What to do when it is not well. */
  mend?: string;
}

const OUTPUTS = [
  'DropBucketName',
  'EventBusName',
  'StateMachineArn',
  'QueueUrl',
  'DeadLetterQueueUrl',
  'TokenSecretArn',
];
const FEW_DAYS = 7;
const MOST_NAMED = 10;
const REDRIVABLE_MS = 14 * 86_400_000;
const UNDELIVERED = 'docs/runbook.md#undelivered-events';
const FAILED = 'docs/runbook.md#failed-executions';
const SIGN_IN = 'npm run pindrop -- auth';

export const doctorCommand: Command = {
  usage: 'doctor',
  summary: 'looks at everything that can be wrong: one line each, with the mend',
  takes: [0, 0],
  async run(_args, ports, output) {
    const quota: RateLimit = {};
    const findings = [
      outputsOf(ports),
      await finding('token', () => token(ports, quota)),
      await finding('token days left', () => tokenDays(ports)),
      quotaOf(quota),
      await finding('queue', () => queue(ports)),
      await finding('dead letters', () => deadLetters(ports)),
      ...(await exampleDeadLetters(ports)),
      await finding('failed executions', () => failedExecutions(ports)),
      await finding('alarms', () => alarms(ports)),
    ];
    for (const each of findings) output.print(output.json ? JSON.stringify(each) : line(each));
    return findings.every(({ well }) => well !== false) ? 0 : 1;
  },
};

const MARKS = { true: '✔', false: '✘', unknown: '?' };
const line = ({ about, well, found, mend }: Finding) =>
  `${MARKS[`${well}`]} ${about}: ${found}${well === true || mend === undefined ? '' : ` → ${mend}`}`;

/** What keeps one question from being answered is the answer to it, not the end of the others. */
async function finding(about: string, look: () => Promise<Omit<Finding, 'about'>>): Promise<Finding> {
  try {
    return { about, ...(await look()) };
  } catch (error) {
    return {
      about,
      well: false,
      found: (error as Error).message,
      mend: 'see whether your AWS credentials may look there',
    };
  }
}

function outputsOf({ outputs }: CommandPorts): Finding {
  const missing = OUTPUTS.filter((name) => !outputs[name]);
  const found = missing.length === 0 ? 'all there' : `${missing.join(', ')} missing`;
  return { about: 'stack outputs', well: missing.length === 0, found, mend: 'npm run deploy' };
}

async function token(ports: CommandPorts, quota: RateLimit): Promise<Omit<Finding, 'about'>> {
  try {
    await pinterestOfStack(ports, ({ rateLimit }) => Object.assign(quota, rateLimit)).mediaList({ pageSize: 1 });
    return { well: true, found: 'Pinterest takes it' };
  } catch (error) {
    const found = (error as Error).message;
    const later = error instanceof PinterestError && !error.tokenRefused;
    return { well: false, found, mend: later ? 'wait, and look again' : SIGN_IN };
  }
}

async function tokenDays(ports: CommandPorts): Promise<Omit<Finding, 'about'>> {
  const secret = await tokenSecretOfStack(ports).catch(() => undefined);
  if (secret === undefined) return { well: false, found: 'nobody has signed in yet', mend: SIGN_IN };
  const days = tokenDaysLeft(secret, new Date());
  if (days === undefined) {
    const mend = `sign in to have it renewed: ${SIGN_IN}`;
    return { well: 'unknown', found: 'the secret does not say when it ends', mend };
  }
  const renewed = secret.refreshToken === undefined ? 'it is not renewed' : 'it is renewed every week';
  return { well: days >= FEW_DAYS, found: `${Math.floor(days)}; ${renewed}`, mend: SIGN_IN };
}

function quotaOf({ limit, remaining, resetSeconds }: RateLimit): Finding {
  const about = 'quota';
  if (remaining === undefined) return { about, well: 'unknown', found: "Pinterest's answer does not say" };
  const reset = resetSeconds === undefined ? '' : `, for the next ${Math.ceil(resetSeconds)} s`;
  const found = `${remaining} requests left${limit === undefined ? '' : ` of ${limit}`}${reset}`;
  return { about, well: remaining > 0, found, mend: 'nothing: files wait until there is more' };
}

async function depth({ sqs }: CommandPorts, QueueUrl: string | undefined) {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    ready: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    atWork: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
  };
}

async function queue(ports: CommandPorts): Promise<Omit<Finding, 'about'>> {
  const { ready, atWork } = await depth(ports, ports.outputs['QueueUrl']);
  return { well: true, found: `${ready} to be taken up, ${atWork} at work or waiting for another attempt` };
}

async function deadLetters(ports: CommandPorts): Promise<Omit<Finding, 'about'>> {
  const { ready, atWork } = await depth(ports, ports.outputs['DeadLetterQueueUrl']);
  const mend = 'read why in the log of report-dead-letter, then npm run pindrop -- redrive';
  return { well: ready + atWork === 0, found: String(ready + atWork), mend };
}

/** One line for each example that has a dead-letter queue. */
function exampleDeadLetters(ports: CommandPorts): Promise<Finding[]> {
  const queues = Object.entries(ports.outputs).flatMap(([name, url]) => {
    const [, of] = /^(.+)DeadLetterQueueUrl$/.exec(name) ?? [];
    return of === undefined ? [] : [{ of, url }];
  });
  return Promise.all(
    queues.map(({ of, url }) =>
      finding(`dead letters of ${of}`, async () => {
        const { ready, atWork } = await depth(ports, url);
        return { well: ready + atWork === 0, found: String(ready + atWork), mend: `see ${UNDELIVERED}` };
      }),
    ),
  );
}

/** What failed so lately that it can be redriven. Their alarms are over after five minutes. */
async function failedExecutions({ states, outputs }: CommandPorts): Promise<Omit<Finding, 'about'>> {
  const machines = Object.entries(outputs).filter(([name]) => name.endsWith('StateMachineArn'));
  const failed: string[] = [];
  for (const [, stateMachineArn] of machines) {
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED', maxResults: MOST_NAMED });
    const { executions = [] } = await states.send(command);
    const lately = executions.filter(({ stopDate }) => Date.now() - (stopDate?.getTime() ?? 0) < REDRIVABLE_MS);
    failed.push(...lately.map(({ executionArn = '' }) => executionArn));
  }
  return { well: failed.length === 0, found: failed.length === 0 ? 'none' : failed.join(', '), mend: `see ${FAILED}` };
}

async function alarms({ alarms: cloudWatch, local, stackName }: CommandPorts): Promise<Omit<Finding, 'about'>> {
  if (local) return { well: 'unknown', found: 'there are none on this machine' };
  const { MetricAlarms = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${stackName}-`, StateValue: 'ALARM' }),
  );
  const raised = MetricAlarms.map(({ AlarmName }) => AlarmName);
  const mend = MetricAlarms.map(({ AlarmDescription }) => AlarmDescription).join(' ');
  return { well: raised.length === 0, found: raised.length === 0 ? 'none raised' : raised.join(', '), mend };
}
