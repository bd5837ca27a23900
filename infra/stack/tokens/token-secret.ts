import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/**
 * The secret with Pinterest's tokens: `{ "accessToken", "refreshToken"?, "clientId"?, "clientSecret"?,
 * "accessTokenExpiresAt"? }`. It is created empty; an operator stores the tokens in it.
 */
export class TokenSecret extends Secret {
  /** @param account the name of the Pinterest account; undefined without the setting `accounts` */
  constructor(scope: Construct, id: string, { account }: { account?: string } = {}) {
    super(scope, id, {
      description: `Pindrop: Pinterest's tokens${account === undefined ? '' : ` of ${account}`}`,
      // CloudFormation sets this value at creation. It overwrites the stored tokens if this line changes.
      secretObjectValue: { accessToken: SecretValue.unsafePlainText('') },
      // Deleting the stack by mistake must not delete the refresh token.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
