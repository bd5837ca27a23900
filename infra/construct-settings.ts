import { z } from 'zod';
import { isApiUrl } from '../shared/pinterest/api-url.ts';
import { DEFAULT_API_URL } from '../shared/pinterest/pinterest-client.ts';
import { VIDEO_LIMITS } from '../shared/pinterest/video-limits.ts';
import { accountsSchema, requireSeparateAccounts } from './account-settings.ts';

export const positive = z.coerce.number().positive();
const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** A list, or text with commas. Empty and repeated items are left out. */
export const list = z
  .union([z.array(z.string()), z.string()])
  .transform((given) => [given].flat().flatMap((items) => items.split(',')))
  .transform((items) => [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))]);

/** The settings of the construct `Pindrop`, which docs/settings.md describes. */
export const constructShape = {
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

const constructSchema = z.strictObject(constructShape);

/** The settings of the construct `Pindrop`, with their defaults. */
export type ConstructSettings = z.output<typeof constructSchema>;

/** Settings that {@link checked} has returned. They are not checked again. */
const read = new WeakSet<object>();

export const isChecked = (settings: object): boolean => read.has(settings);

/**
 * Checks the settings of the construct and fills in the defaults.
 * @param given settings of the construct, or settings that were checked already
 * @throws Error that names each setting that is unknown or not valid, and lists the settings
 */
export function readConstructSettings(given: object): ConstructSettings {
  if (isChecked(given)) return given as ConstructSettings;
  return checked(constructSchema, given, Object.keys(constructShape));
}

/**
 * Checks settings by a schema and fills in the defaults.
 * @param names the names of the settings, for the message
 * @throws Error that names each setting that is unknown or not valid, and lists the settings
 */
export function checked<T extends Pick<ConstructSettings, 'accounts' | 'prefix'>>(
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
      : [`${issue.path.join('.')} is not valid: ${issue.message}`],
  );
  throw new Error(`${complaints.join('; ')}. The settings are ${names.join(', ')}; docs/settings.md describes each.`);
}
