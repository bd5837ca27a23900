import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/**
 * The secret with Pinterest's tokens: `{ "accessToken", "refreshToken"?, "clientId"?, "clientSecret"?,
 * "accessTokenExpiresAt"? }`. It is created empty; a person puts the tokens there.
 */
export class TokenSecret extends Secret {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "Pindrop: Pinterest's tokens",
      // CloudFormation sets this once. It leaves the value alone as long as this line stays as it is.
      secretObjectValue: { accessToken: SecretValue.unsafePlainText('') },
      // A stack deleted by mistake must not take the refresh token along.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
