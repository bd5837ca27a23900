import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { StackPorts } from './stack-ports.ts';

/** The state of the rotation of a token secret. */
interface TokenRotation {
  /** Whether Secrets Manager rotates the secret on a schedule. */
  scheduled: boolean;
  /** True when a rotation has begun and has not replaced the current version yet. */
  unfinished: boolean;
  /** Latest time of the next rotation; undefined without a schedule, and on this machine. */
  next?: Date;
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
export async function tokenRotation(
  SecretId: string,
  { secrets }: Pick<StackPorts, 'secrets'>,
): Promise<TokenRotation> {
  const {
    RotationEnabled = false,
    NextRotationDate: next,
    VersionIdsToStages = {},
  } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  const unfinished = Object.values(VersionIdsToStages).some(
    (stages) => stages.includes('AWSPENDING') && !stages.includes('AWSCURRENT'),
  );
  return { scheduled: RotationEnabled, unfinished, next };
}
