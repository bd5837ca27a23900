type Json = unknown;
type Test = (value: Json) => boolean;

/** The value of a field that the event does not have. */
const ABSENT = Symbol('absent');

/**
 * Reads an EventBridge event pattern.
 * @returns a function that returns whether an event matches
 * @throws Error that names the part of the pattern that the local runtime does not know
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function eventPatternMatcher(pattern: object): (event: object) => boolean {
  const tests = Object.entries(pattern).map(([name, each]): [string, (value: Json) => boolean] => {
    if (name === '$or') throw new Error('The local runtime does not know $or in an event pattern.');
    if (Array.isArray(each)) return [name, anyOf(each.map(leafTest))];
    if (typeof each !== 'object' || each === null)
      throw new Error(`In an event pattern ${name} must be a list or an object.`);
    const matches = eventPatternMatcher(each);
    return [name, (value) => matches(isObject(value) ? value : {})];
  });
  return (event) => tests.every(([name, test]) => test(name in event ? event[name as keyof typeof event] : ABSENT));
}

const isObject = (value: Json): value is object => typeof value === 'object' && value !== null;

/** A list in the event matches when at least one of its elements matches. */
const anyOf = (tests: Test[]) => (value: Json) =>
  tests.some((test) => (Array.isArray(value) ? value.some(test) : test(value)));

function leafTest(operator: Json): Test {
  if (!isObject(operator)) return (value) => value === operator;
  const [[name = '', argument] = [], ...more] = Object.entries(operator);
  const known = OPERATORS[name];
  if (!known || more.length > 0)
    throw new Error(`The local runtime does not know ${JSON.stringify(operator)} in an event pattern.`);
  return known(argument);
}

const ofText = (test: (text: string, argument: string) => boolean) => (argument: Json) => {
  if (typeof argument !== 'string')
    throw new Error(`The local runtime does not know ${JSON.stringify(argument)} in an event pattern.`);
  return (value: Json) => typeof value === 'string' && test(value, argument);
};

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const OPERATORS: Record<string, (argument: Json) => Test> = {
  prefix: ofText((text, start) => text.startsWith(start)),
  suffix: ofText((text, end) => text.endsWith(end)),
  'equals-ignore-case': ofText((text, other) => text.toLowerCase() === other.toLowerCase()),
  exists: (wanted) => (value) => (value !== ABSENT && !isObject(value)) === wanted,
  'anything-but': (argument) => {
    const excluded = (Array.isArray(argument) ? argument : [argument]).map(leafTest);
    return (value) => value !== ABSENT && !excluded.some((test) => test(value));
  },
  numeric: (argument) => {
    const list = argument as (string | number)[];
    const comparisons = list.flatMap((sign, at) => {
      if (at % 2 === 1) return [];
      const compare = COMPARISONS[sign];
      if (!compare) throw new Error(`The local runtime does not know the comparison ${sign} in an event pattern.`);
      return [(value: number) => compare(value, Number(list[at + 1]))];
    });
    return (value) => typeof value === 'number' && comparisons.every((holds) => holds(value));
  },
};
