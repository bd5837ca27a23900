import jsonata from 'jsonata';

/** A Task state in JSONata. The interpreter only knows JSONPath. */
export interface JsonataTaskState {
  Type: 'Task';
  QueryLanguage: 'JSONata';
  Resource: string;
  Arguments?: unknown;
  Output?: unknown;
  Catch?: { ErrorEquals: string[]; Next: string; Output?: unknown }[];
  Retry?: unknown[];
  Next?: string;
  End?: true;
  Comment?: string;
  TimeoutSeconds?: number;
}

const INPUT = '{% $states.input %}';
const KNOWN_FIELDS = new Set([
  ...['Type', 'QueryLanguage', 'Resource', 'Arguments', 'Output', 'Catch', 'Retry', 'Next', 'End'],
  ...['Comment', 'TimeoutSeconds'],
]);

export const isJsonataTask = (state: object): state is JsonataTaskState =>
  'QueryLanguage' in state && state.QueryLanguage === 'JSONata' && 'Type' in state && state.Type === 'Task';

/**
 * Translates a Task state in JSONata into one that the interpreter can run. {@link jsonataTask} evaluates its arguments
 * and its output.
 * @returns any other state unchanged
 * @throws Error that names the part of the state that the local runtime does not know
 */
export function withoutJsonata(name: string, state: object): object {
  // The interpreter's validation adds the default JSONPath to every state.
  if (!('QueryLanguage' in state) || state.QueryLanguage === 'JSONPath') return state;
  const refuse = (what: string) => new Error(`The local runtime does not know ${what} in JSONata (state "${name}").`);
  if (!isJsonataTask(state)) throw refuse('a state that is not a task');
  const unknown = Object.keys(state).find((field) => !KNOWN_FIELDS.has(field));
  if (unknown !== undefined) throw refuse(unknown);
  // The interpreter can pass the input on, and cannot compute another output of a catcher.
  if (state.Catch?.some(({ Output }) => Output !== INPUT)) throw refuse('a Catch whose Output is not the input');
  const { QueryLanguage, Arguments, Output, ...rest } = state;
  const catchers = state.Catch?.map(({ ErrorEquals, Next }) => ({ ErrorEquals, Next, ResultPath: null }));
  return { ...rest, ...(catchers && { Catch: catchers }) };
}

/**
 * Wraps a task: evaluates the state's arguments before it and the state's output after it.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function jsonataTask(
  { Arguments, Output }: JsonataTaskState,
  task: (input: never, executionName: string) => unknown,
): (input: unknown, executionName: string) => Promise<unknown> {
  return async (input, executionName) => {
    const given = await evaluated(Arguments ?? {}, { input });
    const result = await task(given as never, executionName);
    return evaluated(Output ?? result, { input, result });
  };
}

/** Evaluates every string `{% expression %}` of a value. */
async function evaluated(value: unknown, states: object): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((each) => evaluated(each, states)));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(async ([key, each]) => [key, await evaluated(each, states)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  const [, expression] = (typeof value === 'string' && /^\{%(.*)%\}$/s.exec(value)) || [];
  if (expression === undefined) return value;
  const result = await jsonata(expression).evaluate(undefined, { states });
  if (result !== undefined) return JSON.parse(JSON.stringify(result));
  throw Object.assign(new Error(`The expression ${expression} has no value.`), { name: 'States.QueryEvaluationError' });
}
