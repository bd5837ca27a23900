import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AwsError, type AwsService } from '../aws-json.ts';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

interface Version {
  value: string;
  stages: string[];
}

/** Where a secret's value comes from, and goes when it changes. */
export interface SecretHome {
  arn: string;
  value: string;
  /** Keeps a new current value; without it the value is kept in the state database. */
  keep?: (value: string) => void;
}

export interface LocalSecrets {
  service: AwsService;
  /** What is the current value of a secret now. */
  currentValue(arn: string): string;
}

/**
 * Secrets Manager, as far as it is used: the versions of each secret and their staging labels.
 * @param homes values that hold for this run, instead of what the template or the database says
 */
export function localSecrets(
  database: DatabaseSync,
  templated: Map<string, string>,
  homes: SecretHome[],
): LocalSecrets {
  const secrets = new Map<string, Map<string, Version>>();
  for (const [arn, value] of templated) {
    const stored = database.prepare('SELECT value FROM secrets WHERE arn = ?').get(arn);
    secrets.set(arn, stored ? new Map(JSON.parse(String(stored['value']))) : initial(value));
  }
  const keepers = new Map<string, (value: string) => void>();
  for (const { arn, value, keep } of homes) {
    secrets.set(arn, initial(value));
    if (keep) keepers.set(arn, keep);
  }

  const versionsOf = (arn: string) => {
    const versions = secrets.get(arn);
    if (!versions) throw notFound();
    return versions;
  };
  const labelled = (versions: Map<string, Version>, stage: string) =>
    [...versions].find(([, { stages }]) => stages.includes(stage));
  const find = (arn: string, versionId: string | undefined, stage: string) => {
    const versions = versionsOf(arn);
    const found = versionId === undefined ? labelled(versions, stage) : ([versionId, versions.get(versionId)] as const);
    if (!found?.[1]) throw notFound();
    return { versionId: found[0], version: found[1] };
  };
  const label = (versions: Map<string, Version>, versionId: string, stage: string) => {
    const before = labelled(versions, stage);
    if (before?.[0] === versionId) return;
    if (before) before[1].stages = before[1].stages.filter((each) => each !== stage);
    versions.get(versionId)?.stages.push(stage);
    if (stage === CURRENT && before) label(versions, before[0], PREVIOUS);
  };
  const changed = (arn: string) => {
    const versions = versionsOf(arn);
    // As in Secrets Manager, a version without a label is as good as deleted.
    for (const [versionId, { stages }] of versions) if (stages.length === 0) versions.delete(versionId);
    const keep = keepers.get(arn);
    if (keep) keep(find(arn, undefined, CURRENT).version.value);
    else database.prepare('INSERT OR REPLACE INTO secrets VALUES (?, ?)').run(arn, JSON.stringify([...versions]));
  };
  const identity = (arn: string) => ({ ARN: arn, Name: arn.split(':').at(-1) });

  return {
    currentValue: (arn) => find(arn, undefined, CURRENT).version.value,
    service: {
      GetSecretValue({ SecretId, VersionId, VersionStage = CURRENT }) {
        const { versionId, version } = find(SecretId, VersionId, VersionStage);
        return {
          ...identity(SecretId),
          SecretString: version.value,
          VersionId: versionId,
          VersionStages: version.stages,
        };
      },
      DescribeSecret({ SecretId }) {
        const stages = [...versionsOf(SecretId)].map(([versionId, version]) => [versionId, version.stages]);
        return { ...identity(SecretId), RotationEnabled: true, VersionIdsToStages: Object.fromEntries(stages) };
      },
      PutSecretValue({ SecretId, SecretString, ClientRequestToken = randomUUID(), VersionStages = [CURRENT] }) {
        const versions = versionsOf(SecretId);
        const before = versions.get(ClientRequestToken);
        if (before && before.value !== SecretString) {
          throw new AwsError('ResourceExistsException', 'A version of this id has another value.');
        }
        versions.set(ClientRequestToken, before ?? { value: SecretString, stages: [] });
        for (const stage of VersionStages) label(versions, ClientRequestToken, stage);
        changed(SecretId);
        return { ...identity(SecretId), VersionId: ClientRequestToken, VersionStages };
      },
      UpdateSecretVersionStage({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }) {
        const versions = versionsOf(SecretId);
        const holder = labelled(versions, VersionStage)?.[0];
        if (!versions.has(MoveToVersionId)) throw notFound();
        if (holder !== undefined && holder !== RemoveFromVersionId) {
          throw new AwsError('InvalidParameterException', `RemoveFromVersionId must be the holder of ${VersionStage}.`);
        }
        label(versions, MoveToVersionId, VersionStage);
        changed(SecretId);
        return identity(SecretId);
      },
    },
  };
}

const initial = (value: string) => new Map([[randomUUID(), { value, stages: [CURRENT] }]]);

const notFound = () =>
  new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
