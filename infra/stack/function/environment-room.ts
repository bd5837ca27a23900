import { type CfnElement, CfnResource, Stack } from 'aws-cdk-lib';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_BYTES = 4096;

/** Longest values of the pseudo parameters. */
const PSEUDO: Record<string, string> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-2',
  'AWS::StackName': 's'.repeat(128),
};
const RANDOM = '-aB3dE5gH7jK9';
const ARN = 'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:';
/** What CloudFormation adds to a logical id, in the values that a reference to a resource has. */
const FRAMES: Record<string, string> = {
  'AWS::SecretsManager::Secret': `${ARN}secret:${RANDOM}-aB3dE5`,
  'AWS::SSM::Parameter': `CFN-${RANDOM}`,
};
/** Longest value of a reference to another resource: a queue's URL or an ARN, with a name of 80 characters. */
const LONGEST_VALUE = 150;

/**
 * Checks that a function's environment variables fit into the limit of Lambda, whose own error comes only during the
 * deployment. The generated names of resources are not known yet, so they count with their greatest lengths.
 * @returns sentences for a validation of CDK; empty when they fit
 */
export function environmentProblems(fn: LambdaFunction, folder: string): string[] {
  const stack = Stack.of(fn);
  const { environment } = fn.node.defaultChild as CfnFunction;
  const { variables = {} } = (stack.resolve(environment) ?? {}) as { variables?: Record<string, unknown> };
  const types = new Map(
    stack.node.findAll().flatMap((each) => (CfnResource.isCfnResource(each) ? [[idOf(stack, each), each]] : [])) as [
      string,
      CfnResource,
    ][],
  );
  const lengths = Object.entries(variables).map(
    ([name, value]) => [name, name.length + lengthOf(value, types)] as const,
  );
  const bytes = lengths.reduce((sum, [, length]) => sum + length, 0);
  if (bytes <= MAX_BYTES) return [];
  const longest = lengths.toSorted(([, a], [, b]) => b - a).slice(0, 2);
  const named = longest.map(([name, length]) => `${name} ${length}`).join(' and ');
  return [
    `The environment of the function ${folder} needs up to ${bytes} bytes (${named}), but Lambda allows only ${MAX_BYTES}.${advice(variables, lengths, bytes)}`,
  ];
}

function advice(variables: Record<string, unknown>, lengths: (readonly [string, number])[], bytes: number): string {
  const { ACCOUNTS } = variables;
  const [, length = 0] = lengths.find(([name]) => name === 'ACCOUNTS') ?? [];
  if (ACCOUNTS === undefined || length === 0) return '';
  const accounts = JSON.stringify(ACCOUNTS).split('\\"prefix\\":').length - 1;
  const fitting = Math.max(0, Math.floor((accounts * (length - (bytes - MAX_BYTES))) / length));
  return ` About ${fitting} of the ${accounts} accounts in the setting accounts fit: use shorter names and prefixes, or a second Pindrop for the others.`;
}

const idOf = (stack: Stack, element: CfnElement) => String(stack.resolve(element.logicalId));

/** Bytes of a resolved value. */
function lengthOf(value: unknown, resources: Map<string, CfnResource>): number {
  if (typeof value !== 'object' || value === null) return Buffer.byteLength(String(value));
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + lengthOf(each, resources), 0);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Fn::Join') return lengthOf((argument as [string, unknown[]])[1], resources);
  const id = String(Array.isArray(argument) ? argument[0] : argument);
  const pseudo = PSEUDO[id];
  if (pseudo !== undefined) return pseudo.length;
  const frame = FRAMES[resources.get(id)?.cfnResourceType ?? ''];
  return frame === undefined ? LONGEST_VALUE : frame.length + id.length;
}
