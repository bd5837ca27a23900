import { EXAMPLE_NAMES } from '../../../examples/example-names.ts';

const TOLD = ['result written', 'execution started', 'the event will be redelivered'];

/** Converts a log line of an example's function to a sentence for the user; undefined for lines of no interest. */
export function exampleSentence(line: string): string | undefined {
  try {
    const { service, message, key, name, error } = JSON.parse(line);
    if (!EXAMPLE_NAMES.includes(service) || !TOLD.includes(message)) return undefined;
    const what = error?.message ?? key ?? name;
    return `${service}: ${message} (${what})`;
  } catch {
    return undefined;
  }
}
