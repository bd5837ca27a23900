import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * A service that acts for this account only: nobody can have it use a role, a topic or a key of ours from another account.
 * @param service such as `states`
 * @param resource which of the account's resources it acts for, such as `stateMachine:*`; left out where the service
 *   does not say so
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention
 */
export function serviceOfThisAccount(scope: Construct, service: string, resource?: string): ServicePrincipal {
  const stack = Stack.of(scope);
  const account = { StringEquals: { 'aws:SourceAccount': stack.account } };
  if (resource === undefined) return new ServicePrincipal(`${service}.amazonaws.com`, { conditions: account });
  const arn = stack.formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  return new ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: { ...account, ArnLike: { 'aws:SourceArn': arn } },
  });
}
