import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Settings } from '../../settings.ts';
import { NodeFunction } from '../function/node-function.ts';

export interface TokenRotationProps {
  settings: Pick<Settings, 'pinterestApiUrl'>;
  token: ISecret;
  /** False on emulators, which have no rotation schedules. */
  scheduled: boolean;
  /** The name of the Pinterest account; undefined without the setting `accounts`. */
  account?: string;
}

/**
 * Days between renewals. Access tokens expire after 30 days and refresh tokens after 60, so three renewals may fail.
 */
const EVERY_DAYS = 7;

/** Renews Pinterest's tokens every week. */
export class TokenRotation extends Construct {
  readonly rotateToken: NodeFunction;

  constructor(scope: Construct, id: string, { settings, token, scheduled, account }: TokenRotationProps) {
    super(scope, id);
    this.rotateToken = new NodeFunction(this, 'RotateToken', {
      folder: 'rotate-token',
      description: "Renews Pinterest's tokens for Secrets Manager's rotation",
      environment: { PINTEREST_API_URL: settings.pinterestApiUrl, ...(account !== undefined && { ACCOUNT: account }) },
    });
    this.rotateToken.addToRolePolicy(
      new PolicyStatement({
        actions: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: [token.secretArn],
      }),
    );
    token.encryptionKey?.grantEncryptDecrypt(this.rotateToken);
    this.rotateToken.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
      sourceArn: token.secretArn,
    });
    if (!scheduled) return;
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: token.secretArn,
      rotationLambdaArn: this.rotateToken.functionArn,
      rotationRules: { automaticallyAfterDays: EVERY_DAYS },
      // There are no tokens to renew before the first sign-in.
      rotateImmediatelyOnUpdate: false,
    });
    schedule.node.addDependency(this.rotateToken);
  }
}
