import { z } from 'zod';
import { DEFAULT_API_URL } from '../shared/pinterest/pinterest-client.ts';
import { VIDEO_LIMITS } from '../shared/pinterest/video-limits.ts';
import { EXAMPLE_NAMES } from './examples/example-names.ts';

const positive = z.coerce.number().positive();
const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** Every setting, read from CDK context (`-c name=value`, or `context` in cdk.json). docs/settings.md lists them for people. */
const settingsSchema = z.strictObject({
  pinterestApiUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .default(DEFAULT_API_URL)
    .describe("Base URL of Pinterest's API, with its version"),
  prefix: z.string().default('').describe('Only objects whose key starts with this are uploaded'),
  maxConcurrency: z.coerce
    .number()
    .int()
    .min(2)
    .max(1000)
    .default(10)
    .describe('Uploads at once; more drops wait in the queue'),
  pollDeadlineMinutes: positive
    .max(24 * 60)
    .default(60)
    .describe('Minutes that Pinterest has to process a video after its upload'),
  giveUpAfterHours: positive
    .max(120)
    .default(24)
    .describe('Hours after the drop until faults that may pass are no longer waited out'),
  maxBackoffSeconds: positive
    .min(5)
    .max(3600)
    .default(900)
    .describe(
      'Seconds between two attempts at most, unless Pinterest asks for more or the drop is over 100 times as old',
    ),
  uploadTimeoutMinutes: positive
    .min(0.2)
    .max(15)
    .default(15)
    .describe('Minutes that one upload may take; 15 is the longest that Lambda allows'),
  redeliverAfterSeconds: z.coerce
    .number()
    .int()
    .min(3)
    .max(900)
    .default(60)
    .describe('Seconds after which a drop whose function died is taken up again'),
  maxFileBytes: positive
    .int()
    .default(VIDEO_LIMITS.maxBytes)
    .describe('Larger files are rejected before anything is registered'),
  inspect: truth.default(true).describe('Look inside videos before anything is registered'),
  emulated: truth
    .optional()
    .describe('Leave out what emulators of AWS lack: the rotation schedule, the archive and the event schemas'),
  alarmEmail: z.email().optional().describe('Who is told of alarms, by mail'),
  notifyEmail: z.email().optional().describe('Who is told of each final event, in words, by mail'),
  forwardToQueueArn: z
    .string()
    .regex(/^arn:[^:]+:sqs:[^:]+:\d{12}:[\w-]+$/, 'it is no ARN of an SQS queue')
    .optional()
    .describe('A queue that gets each final event'),
  webhookUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('A URL that each final event is posted to'),
  runbookUrl: z
    .string()
    .default('docs/runbook.md')
    .describe('Where the runbook is read; alarms link to its paragraphs'),
  with: z
    .union([z.array(z.string()), z.string().transform((text) => text.split(',').map((name) => name.trim()))])
    .transform((names) => [...new Set(names.filter((name) => name !== ''))])
    .pipe(z.array(z.enum(EXAMPLE_NAMES)))
    .default([])
    .describe('Examples to deploy along, separated by commas'),
  pinPatienceSeconds: positive
    .max(3600)
    .default(120)
    .describe('publish-pin: seconds for which a Pin is looked for, after a lost answer, before it is made again'),
});

export type Settings = z.output<typeof settingsSchema>;
/** Every setting has a default, or is left out. */
export type SettingsInput = z.input<typeof settingsSchema>;

export const SETTING_NAMES = Object.keys(settingsSchema.shape) as (keyof Settings)[];

/** Context of CDK itself and of its toolkit, which lies beside ours. */
const foreign = (name: string) =>
  /^(aws|@aws|cdk|@|aws-cdk)[-:/]?|^(tree|analyticsReporting|legacy|availability-zones|ssm|hosted-zone)/.test(name) ||
  name.includes(':');

/**
 * Checks the settings that CDK's context holds and fills in the defaults.
 * @throws Error naming each setting that is unknown or ill-typed, and those there are
 */
export function readSettings(context: Record<string, unknown>): Settings {
  const own = Object.fromEntries(Object.entries(context).filter(([name]) => !foreign(name)));
  const settings = settingsSchema.safeParse(own);
  if (settings.success) return settings.data;
  const complaints = settings.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${key} is no setting`)
      : [`${issue.path.join('.')} is ill-typed: ${issue.message}`],
  );
  throw new Error(
    `${complaints.join('; ')}. The settings are ${SETTING_NAMES.join(', ')}; docs/settings.md says what each does.`,
  );
}
