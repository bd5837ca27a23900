import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The principal of an AWS service, limited to requests for this account. This stops other accounts from making the
 * service use our role, topic or key.
 * @param service such as `states`
 * @param resource the resources that the service acts for, such as `stateMachine:*`; leave it out where the service
 *   does not send `aws:SourceArn`
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
