import { z } from 'zod';
import { type PinDefaults, pinDefaultsProblems } from '../shared/pin/pin-defaults.ts';
import { isApiUrl } from '../shared/pinterest/api-url.ts';
import { DEFAULT_API_URL } from '../shared/pinterest/pinterest-client.ts';
import { VIDEO_LIMITS } from '../shared/pinterest/video-limits.ts';
import { accountsSchema, requireSeparateAccounts } from './account-settings.ts';
import { EXAMPLE_NAMES } from './examples/example-names.ts';

const positive = z.coerce.number().positive();
const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** A list, or text with commas. Empty and repeated items are left out. */
const list = z
  .union([z.array(z.string()), z.string()])
  .transform((given) => [given].flat().flatMap((items) => items.split(',')))
  .transform((items) => [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))]);

/** The settings of the construct `Pindrop`, which docs/settings.md describes. */
const constructShape = {
  pinterestApiUrl: z
    .url()
    .refine(isApiUrl, 'it must be https, or http on this machine (127.0.0.1)')
    .transform((url) => url.replace(/\/+$/, ''))
    .default(DEFAULT_API_URL)
    .describe("Base URL of Pinterest's API, with its version"),
  prefix: z.string().default('').describe('Only objects whose key starts with this are uploaded'),
  accounts: accountsSchema.optional().describe('Several Pinterest accounts, by name, each with the prefix of its keys'),
  intake: z
    .enum(['notification', 'eventbridge'])
    .default('notification')
    .describe(
      'How S3 tells Pindrop about new objects: a notification to the queue, or a rule on the default event bus',
    ),
  suffixes: list
    .transform((suffixes) => [...new Set(suffixes.map((suffix) => suffix.toLowerCase()))])
    .default([])
    .describe('Only objects whose key ends in one of these are uploaded, in upper or lower case'),
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
  giveUpAfterHours: positive.max(120).default(24).describe('Hours after the drop for which passing faults are retried'),
  maxBackoffSeconds: positive
    .min(5)
    .max(3600)
    .default(900)
    .describe(
      'Longest wait in seconds between two attempts, unless Pinterest asks for more or the drop is over 100 times as old',
    ),
  uploadTimeoutMinutes: positive
    .min(0.2)
    .max(15)
    .default(15)
    .describe('Minutes that one upload may take; Lambda allows 15 at most'),
  redeliverAfterSeconds: z.coerce
    .number()
    .int()
    .min(3)
    .max(900)
    .default(60)
    .describe('Seconds until a drop whose function died is tried again'),
  maxFileBytes: positive
    .int()
    .default(VIDEO_LIMITS.maxBytes)
    .describe('Larger files are rejected before anything is registered'),
  inspect: truth.default(true).describe('Look inside videos before anything is registered'),
  tagObjects: truth
    .default(false)
    .describe('Tag each object version after its final event: pindrop=succeeded or failed, and pindrop-media-id'),
  expireSucceededAfterDays: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Days after which the created bucket deletes succeeded videos; needs tagObjects'),
  emulated: truth
    .optional()
    .describe('Leave out what emulators of AWS lack: the rotation schedule, the archive and the event schemas'),
  alarmEmail: z.email().optional().describe('Mailbox that gets the alarms'),
  notifyEmail: z.email().optional().describe('Mailbox that gets each final event, in words'),
  forwardToQueueArn: z
    .string()
    .regex(/^arn:[^:]+:sqs:[^:]+:\d{12}:[\w-]+$/, 'it is not the ARN of an SQS queue')
    .optional()
    .describe('A queue that gets each final event'),
  webhookUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('A URL that each final event is posted to'),
  runbookUrl: z
    .string()
    .default('docs/runbook.md')
    .describe('Where your team reads the runbook; alarms link to its sections'),
};

/** Further settings, which only the stack `PindropStack` of this repository has. */
const stackShape = {
  with: list
    .pipe(z.array(z.enum(EXAMPLE_NAMES)))
    .default([])
    .describe('Examples to deploy as well, separated by commas'),
  pinPatienceSeconds: positive
    .max(3600)
    .default(120)
    .describe('publish-pin: seconds to look for a Pin after a lost answer, before it is created again'),
  pinSpacingMinutes: z.coerce
    .number()
    .min(0)
    .max(24 * 60)
    .default(0)
    .describe('publish-pin: least minutes between two Pins on one board'),
  pinDefaults: z
    .preprocess(parsedJson, z.custom<PinDefaults>())
    .superRefine(reportPinDefaults)
    .optional()
    .describe('publish-pin: what holds for every Pin whose drop does not say otherwise'),
};

/** Reads a structured setting that `-c` passes as text. Text that is not JSON is returned unchanged. */
function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Lambda limits all environment variables of a function together to 4 KB. */
const MAX_PIN_DEFAULTS_BYTES = 2048;

function reportPinDefaults(defaults: PinDefaults, { addIssue }: z.RefinementCtx): void {
  for (const message of pinDefaultsProblems(defaults)) addIssue({ code: 'custom', message });
  if (Buffer.byteLength(JSON.stringify(defaults)) > MAX_PIN_DEFAULTS_BYTES)
    addIssue({ code: 'custom', message: `it is longer than ${MAX_PIN_DEFAULTS_BYTES} bytes: use sidecars` });
}

const constructSchema = z.strictObject(constructShape);
/** Every setting, read from CDK context (`-c name=value`, or `context` in cdk.json). */
const settingsSchema = z.strictObject({
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'it must be letters, digits and hyphens')
    .optional()
    .describe('Name of the stack; `Pindrop` without it'),
  ...constructShape,
  ...stackShape,
});

export type Settings = z.output<typeof settingsSchema>;
/** The settings of the construct `Pindrop`, with their defaults. */
export type ConstructSettings = z.output<typeof constructSchema>;

export const SETTING_NAMES = Object.keys(settingsSchema.shape) as (keyof Settings)[];

/** True for context of CDK and its toolkit, which arrives in the same object as our settings. */
const foreign = (name: string) =>
  /^(aws|@aws|cdk|@|aws-cdk)[-:/]?|^(tree|analyticsReporting|legacy|availability-zones|ssm|hosted-zone)/.test(name) ||
  name.includes(':');

/** Settings that this module has already checked. Both functions below return them unchanged. */
const read = new WeakSet<object>();

/**
 * Checks the settings in CDK's context and fills in the defaults.
 * @param context the settings, mixed with the context of CDK itself, or an earlier result of this function
 * @throws Error that names each setting that is unknown or ill-typed, and lists the settings
 */
export function readSettings(context: object): Settings {
  if (read.has(context)) return context as Settings;
  const own = Object.fromEntries(Object.entries(context).filter(([name]) => !foreign(name)));
  return checked(settingsSchema, own, SETTING_NAMES);
}

/**
 * Checks the settings of the construct and fills in the defaults.
 * @param given settings of the construct, or a result of {@link readSettings}
 * @throws Error that names each setting that is unknown or ill-typed, and lists the settings
 */
export function readConstructSettings(given: object): ConstructSettings {
  if (read.has(given)) return given as Settings;
  return checked(constructSchema, given, Object.keys(constructShape));
}

function checked<T extends Pick<ConstructSettings, 'accounts' | 'prefix'>>(
  schema: z.ZodType<T>,
  given: object,
  names: string[],
): T {
  const settings = schema.safeParse(given);
  if (settings.success) {
    requireSeparateAccounts(settings.data);
    read.add(settings.data);
    return settings.data;
  }
  const complaints = settings.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${key} is not a setting`)
      : [`${issue.path.join('.')} is ill-typed: ${issue.message}`],
  );
  throw new Error(
    `${complaints.join('; ')}. The settings are ${names.join(', ')}; docs/settings.md says what each does.`,
  );
}
