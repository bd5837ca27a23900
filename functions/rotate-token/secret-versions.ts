import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

const CURRENT = 'AWSCURRENT';
const PENDING = 'AWSPENDING';

/** The versions of one secret, as a rotation sees them. */
export interface SecretVersions {
  /** True when a version has a value. */
  exists(versionId: string): Promise<boolean>;
  readCurrent(): Promise<string>;
  /** The version that a rotation made and did not finish. */
  readPending(): Promise<string | undefined>;
  read(versionId: string): Promise<string>;
  putPending(versionId: string, value: string): Promise<void>;
  makeCurrent(versionId: string): Promise<void>;
}

/** {@link SecretVersions} of AWS Secrets Manager. */
export function secretsManagerVersions(client: SecretsManagerClient, SecretId: string): SecretVersions {
  const stages = async () => {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    return VersionIdsToStages;
  };
  const versionOf = async (stage: string) =>
    Object.entries(await stages()).find(([, labels]) => labels.includes(stage))?.[0];
  const read = async (VersionId: string) => {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId, VersionId }));
    return SecretString;
  };
  return {
    read,
    async exists(versionId) {
      try {
        return (await read(versionId)) !== '';
      } catch (error) {
        // A rotation begins with a version that is labelled and has no value.
        if ((error as Error).name === 'ResourceNotFoundException') return false;
        throw error;
      }
    },
    async readCurrent() {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage: CURRENT }));
      return SecretString;
    },
    async readPending() {
      const versionId = await versionOf(PENDING);
      // A finished rotation may leave the label with the current version.
      if (versionId === undefined || versionId === (await versionOf(CURRENT))) return undefined;
      return read(versionId).catch(() => undefined);
    },
    async putPending(ClientRequestToken, SecretString) {
      await client.send(
        new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages: [PENDING] }),
      );
    },
    async makeCurrent(versionId) {
      const current = await versionOf(CURRENT);
      if (current === versionId) return;
      await client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: CURRENT,
          MoveToVersionId: versionId,
          ...(current === undefined ? {} : { RemoveFromVersionId: current }),
        }),
      );
    },
  };
}
