import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges the finding of cdk-nag for a grant whose resource ends in a wildcard.
 * @param where the role that has the grant
 * @param reason why the grant cannot be narrower
 */
export function acknowledgeWildcard(where: IConstruct, resource: string, reason: string): void {
  const id = `AwsSolutions-IAM5[Resource::${flat(Stack.of(where).resolve(resource))}]`;
  Validations.of(where).acknowledge({ id, reason });
}

/** Formats a resolved value as cdk-nag does, for example `<LogicalId.Arn>/*`. */
function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(flat).join(separator);
  }
  if (name === 'Ref') return `<${argument}>`;
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  return JSON.stringify(value);
}
