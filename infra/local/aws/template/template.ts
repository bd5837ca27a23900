import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESOURCE_TYPES } from './resource-types.ts';
import type { StackEnvironment } from './stack-environment.ts';

export interface Resource {
  logicalId: string;
  type: string;
  /** The properties, with all references resolved. */
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties; each service knows those of its types.
  properties: Record<string, any>;
  /** The physical name: from the resource's properties, or generated as CloudFormation would do. */
  name: string;
  /** The value of `Ref`. */
  ref: string;
}

export interface ReadTemplate {
  resources: Resource[];
  outputs: Record<string, string>;
}

interface RawTemplate {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Outputs?: Record<string, { Value: unknown }>;
}

/**
 * Reads a synthesized template and resolves its references to values for this machine.
 * @throws Error that names the resource type or the property that the local runtime does not know
 */
export function readTemplate(
  assemblyDirectory: string,
  stackName: string,
  environment: StackEnvironment,
): ReadTemplate {
  const path = join(assemblyDirectory, `${stackName}.template.json`);
  const template: RawTemplate = JSON.parse(readFileSync(path, 'utf8'));
  const named = new Map(
    Object.entries(template.Resources).map(([logicalId, { Type: type, Properties = {} }]) => {
      const known = requireKnown(logicalId, type, Properties);
      const name = known.nameFrom?.(Properties) ?? physicalName(stackName, logicalId);
      return [logicalId, { logicalId, type, name, ref: known.ref(name, environment), known, raw: Properties }] as const;
    }),
  );
  const references: References = {
    ref: (logicalId) => named.get(logicalId)?.ref ?? pseudoParameter(logicalId, stackName, environment),
    attribute(logicalId, attribute) {
      const resource = named.get(logicalId);
      const value = resource?.known.attributes?.(resource.name, environment)[attribute];
      if (value === undefined) {
        throw new Error(
          `The attribute ${attribute} of ${logicalId} (${resource?.type}) is not known to the local runtime.`,
        );
      }
      return value;
    },
  };
  return {
    resources: [...named.values()].map(({ known: _known, raw, ...resource }) => ({
      ...resource,
      properties: resolve(raw, references) as Resource['properties'],
    })),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, String(resolve(Value, references))]),
    ),
  };
}

function requireKnown(logicalId: string, type: string, properties: Record<string, unknown>) {
  const known = RESOURCE_TYPES[type];
  if (!known) throw new Error(`The local runtime does not know the resource type ${type} (${logicalId}).`);
  const [unknown] = Object.keys(properties).filter((name) => !known.properties.includes(name));
  if (unknown) throw new Error(`The local runtime does not know the property ${unknown} of ${type} (${logicalId}).`);
  return known;
}

/** Removes the hash at the end of CDK's logical IDs, so that the name is readable. */
const physicalName = (stackName: string, logicalId: string) => `${stackName}-${logicalId.replace(/[0-9A-F]{8}$/, '')}`;

function pseudoParameter(name: string, stackName: string, { account, region }: StackEnvironment): string {
  const values: Record<string, string> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
  };
  const value = values[name];
  if (value === undefined) throw new Error(`The local runtime cannot resolve a reference to ${name}.`);
  return value;
}

interface References {
  ref(logicalId: string): string;
  attribute(logicalId: string, attribute: string): string;
}

function resolve(value: unknown, references: References): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, references));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  const intrinsic = more.length === 0 ? INTRINSICS[name] : undefined;
  if (intrinsic) return intrinsic(argument, references);
  if (more.length === 0 && name.startsWith('Fn::'))
    throw new Error(`The local runtime does not know the function ${name}.`);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each, references)]));
}

const INTRINSICS: Record<string, (argument: unknown, references: References) => unknown> = {
  Ref: (logicalId, { ref }) => ref(String(logicalId)),
  'Fn::GetAtt': (path, { attribute }) => {
    const [logicalId = '', name = ''] = Array.isArray(path) ? path.map(String) : String(path).split('.');
    return attribute(logicalId, name);
  },
  'Fn::Join': (argument, references) => {
    const [separator, parts] = argument as [string, unknown[]];
    return (resolve(parts, references) as unknown[]).join(separator);
  },
  'Fn::Select': (argument, references) => {
    const [index, list] = resolve(argument, references) as [number | string, unknown[]];
    return list[Number(index)];
  },
  'Fn::Split': (argument, references) => {
    const [separator, text] = resolve(argument, references) as [string, string];
    return text.split(separator);
  },
  'Fn::Sub': (argument, references) => {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
      string,
      Record<string, unknown>,
    ];
    return text.replace(/\$\{([^!}]+)\}/g, (_match, name: string) => {
      if (name in variables) return String(resolve(variables[name], references));
      const [logicalId = '', attribute] = name.split('.');
      return attribute ? references.attribute(logicalId, attribute) : references.ref(name);
    });
  },
};
