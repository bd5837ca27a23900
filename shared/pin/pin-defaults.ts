import { describePin } from './describe-pin.ts';
import { pinFieldOf } from './pin-fields.ts';
import type { PinSource } from './pin-source.ts';

type Values = Record<string, unknown>;

/** The setting `pinDefaults`: what holds for every Pin whose drop does not say otherwise. */
export interface PinDefaults {
  /** For every drop. */
  all?: Values;
  /** By name of the account. */
  accounts?: Record<string, Values>;
  /** By prefix of the video's key. */
  prefixes?: Record<string, Values>;
}

const GROUPS = ['all', 'accounts', 'prefixes'];

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The places of the defaults that hold for a drop: the longest prefix first, then the account, then the others. */
export function defaultSources(
  { all, accounts, prefixes }: PinDefaults,
  { key, account }: { key: string; account?: string },
): PinSource[] {
  const matching = Object.entries(prefixes ?? {})
    .filter(([prefix]) => key.startsWith(prefix))
    .sort(([one], [other]) => other.length - one.length);
  const ofAccount = account === undefined ? undefined : accounts?.[account];
  return [
    ...matching.map(([prefix, values]) => source(`prefixes["${prefix}"]`, values)),
    ...(ofAccount === undefined ? [] : [source(`accounts["${account}"]`, ofAccount)]),
    ...(all === undefined ? [] : [source('all', all)]),
  ];
}

const source = (path: string, values: Values): PinSource => ({
  owner: `In pinDefaults.${path},`,
  values,
  names: 'strict',
  isDefault: true,
});

/** @returns one sentence for each mistake in a value of the setting `pinDefaults`; empty when it is right */
export function pinDefaultsProblems(value: unknown): string[] {
  if (!isObject(value)) return ['pinDefaults must be an object.'];
  const unknown = Object.keys(value).filter((name) => !GROUPS.includes(name));
  const problems = unknown.map((name) => `pinDefaults has "all", "accounts" and "prefixes", not "${name}".`);
  const judge = (path: string, values: unknown) => {
    if (isObject(values)) problems.push(...groupProblems(path, values));
    else problems.push(`pinDefaults.${path} must be an object.`);
  };
  if (value['all'] !== undefined) judge('all', value['all']);
  for (const group of ['accounts', 'prefixes']) {
    const entries = value[group] ?? {};
    if (!isObject(entries)) problems.push(`pinDefaults.${group} must be an object.`);
    else for (const [name, values] of Object.entries(entries)) judge(`${group}["${name}"]`, values);
  }
  return problems;
}

/** A time at which many Pins are due makes no sense, and is in the past soon. */
function groupProblems(path: string, values: Values): string[] {
  const names = Object.keys(values);
  const times = names.filter((name) => pinFieldOf(name) === 'publishAt');
  const others = Object.fromEntries(names.filter((name) => !times.includes(name)).map((name) => [name, values[name]]));
  return [
    ...describePin([source(path, others)], new Date()).problems,
    ...times.map((name) => `In pinDefaults.${path}, "${name}" makes no sense: give it with each video.`),
  ];
}
