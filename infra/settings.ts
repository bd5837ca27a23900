import { z } from 'zod';
import { type PinDefaults, pinDefaultsProblems } from '../shared/pin/pin-defaults.ts';
import { checked, constructShape, isChecked, list, positive } from './construct-settings.ts';
import { EXAMPLE_NAMES } from './examples/example-names.ts';

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
export const SETTING_NAMES = Object.keys(settingsSchema.shape) as (keyof Settings)[];

/** True for context of CDK and its toolkit, which arrives in the same object as our settings. */
const foreign = (name: string) =>
  /^(aws|@aws|cdk|@|aws-cdk)[-:/]?|^(tree|analyticsReporting|legacy|availability-zones|ssm|hosted-zone)/.test(name) ||
  name.includes(':');

/**
 * Checks the settings in CDK's context and fills in the defaults.
 * @param context the settings, mixed with the context of CDK itself, or an earlier result of this function
 * @throws Error that names each setting that is unknown or not valid, and lists the settings
 */
export function readSettings(context: object): Settings {
  if (isChecked(context)) return context as Settings;
  const own = Object.fromEntries(Object.entries(context).filter(([name]) => !foreign(name)));
  return checked(settingsSchema, own, SETTING_NAMES);
}
