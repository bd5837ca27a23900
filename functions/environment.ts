import * as z from 'zod/mini';
import type { PinDefaults } from '../shared/pin/pin-defaults.ts';
import type { RetryPolicy } from './outcome/decide.ts';

const text = z.string().check(z.minLength(1));
const number = z.coerce.number();

/** The environment variables that the stack sets for its functions: settings and names, never secrets. */
const variables = {
  PINTEREST_API_URL: z.url(),
  /** The name of the Pinterest account, for a function that works for one of several accounts. */
  ACCOUNT: z.optional(text),
  TOKEN_SECRET_ARN: text,
  DEPLOYMENT: text,
  DROP_BUCKET: text,
  PREFIX: z._default(z.string(), ''),
  /** Separated by commas. */
  SUFFIXES: z._default(z.string(), ''),
  STATE_MACHINE_ARN: text,
  QUEUE_URL: text,
  DEAD_LETTER_QUEUE_URL: text,
  RESULTS_BUCKET: text,
  WEBHOOK_SECRET_ARN: text,
  PIN_LANES_BUCKET: text,
  EXECUTION_ARN_PREFIX: text,
  PIN_PATIENCE_SECONDS: number,
  PIN_SPACING_SECONDS: number,
  PIN_DEFAULTS: z.pipe(
    text,
    // The synthesis has checked the setting.
    z.transform((json) => JSON.parse(json) as PinDefaults),
  ),
  RATE_LIMIT_PARAMETER: text,
  GIVE_UP_AFTER_HOURS: number,
  MAX_BACKOFF_SECONDS: number,
  POLL_DEADLINE_MINUTES: number,
  RECENT_FILES_PARAMETER: text,
  MAX_FILE_BYTES: number,
  INSPECT: z.enum(['on', 'off']),
  REDELIVER_AFTER_SECONDS: number,
} as const;

type Variables = typeof variables;

/**
 * Reads the variables that a function needs.
 * @throws Error naming the variable that is missing or not valid; the function then cannot start
 */
export function environment<Name extends keyof Variables>(...names: Name[]): { [N in Name]: z.infer<Variables[N]> } {
  const read = Object.fromEntries(
    names.map((name) => {
      const value = variables[name].safeParse(process.env[name]);
      if (!value.success) throw new Error(`The function's environment variable ${name} is missing or not valid.`);
      return [name, value.data];
    }),
  );
  return read as { [N in Name]: z.infer<Variables[N]> };
}

/** The retry policy from the stack's settings. */
export function retryPolicyOfStack(): RetryPolicy {
  const { GIVE_UP_AFTER_HOURS, MAX_BACKOFF_SECONDS } = environment('GIVE_UP_AFTER_HOURS', 'MAX_BACKOFF_SECONDS');
  return { giveUpAfterSeconds: GIVE_UP_AFTER_HOURS * 3600, maxBackoffSeconds: MAX_BACKOFF_SECONDS };
}
