import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/**
 * Staging labels. Each is attached to one version at most.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
/** Pindrop's own label: the version whose refresh token was used to make the pending version. */
export const SOURCE = 'PINDROP_ROTATED_FROM';

type StagingLabel = typeof CURRENT | typeof PENDING | typeof SOURCE;

/** The version that has each label; undefined when no version has it. */
export type Labels = Record<StagingLabel, string | undefined>;

/** The versions of one secret: the operations that a rotation needs. */
export interface SecretVersions {
  labels(): Promise<Labels>;
  /** @returns undefined when the version has no value, as at the beginning of a rotation */
  read(versionId: string): Promise<string | undefined>;
  /** Gives a version its value, and the label AWSPENDING. */
  putPending(versionId: string, value: string): Promise<void>;
  /**
   * Moves a label from one version to another.
   * @throws when `from` does not have the label any more
   */
  moveLabel(label: StagingLabel, from: string | undefined, to: string): Promise<void>;
}

/** {@link SecretVersions} over AWS Secrets Manager. */
export function secretsManagerVersions(client: SecretsManagerClient, SecretId: string): SecretVersions {
  return {
    async labels() {
      const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
      const holder = (label: string) =>
        Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes(label))?.[0];
      return { [CURRENT]: holder(CURRENT), [PENDING]: holder(PENDING), [SOURCE]: holder(SOURCE) };
    },
    async read(VersionId) {
      try {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, VersionId }));
        return SecretString || undefined;
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
    async putPending(ClientRequestToken, SecretString) {
      await client.send(
        new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages: [PENDING] }),
      );
    },
    async moveLabel(VersionStage, RemoveFromVersionId, MoveToVersionId) {
      await client.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId }),
      );
    },
  };
}
