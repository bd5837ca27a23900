import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AwsError, type AwsService } from '../aws-json.ts';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const PENDING = 'AWSPENDING';

interface Version {
  /** Absent until the rotation function has stored a value in a new version. */
  value?: string;
  stages: string[];
}

/** The source of a secret's value, and the destination of a new current value. */
export interface SecretHome {
  arn: string;
  value: string;
  /** Stores a new current value. Without `keep`, the value is valid for this run only. */
  keep?: (value: string) => void;
}

/** The operations of Secrets Manager that this project uses: they read and write versions and their staging labels. */
export class LocalSecrets {
  readonly #database: DatabaseSync;
  readonly #secrets = new Map<string, Map<string, Version>>();
  readonly #homes: Map<string, SecretHome>;

  /** @param homes values that replace the values of the template or of the database */
  constructor(database: DatabaseSync, templated: Map<string, string>, homes: SecretHome[]) {
    this.#database = database;
    this.#homes = new Map(homes.map((home) => [home.arn, home]));
    for (const arn of new Set([...templated.keys(), ...this.#homes.keys()])) {
      const stored = database.prepare('SELECT value FROM secrets WHERE arn = ?').get(arn);
      const versions: Map<string, Version> | undefined = stored && new Map(JSON.parse(String(stored['value'])));
      const home = this.#homes.get(arn);
      // A sign-in between two runs replaces the value of a home. That discards an unfinished rotation of the old value.
      const kept = home === undefined || (versions && labelled(versions, CURRENT)?.[1].value === home.value);
      this.#secrets.set(arn, (kept && versions) || initial(home?.value ?? templated.get(arn) ?? ''));
    }
  }

  /** The current value of a secret. */
  currentValue(arn: string): string {
    return this.#find(arn, undefined, CURRENT).version.value ?? '';
  }

  /** The version ID of an unfinished rotation; undefined when no rotation is unfinished. */
  pendingRotation(arn: string): string | undefined {
    const versions = this.#versionsOf(arn);
    const pending = labelled(versions, PENDING)?.[0];
    return pending === labelled(versions, CURRENT)?.[0] ? undefined : pending;
  }

  /**
   * Starts a rotation, or continues the unfinished one.
   * @returns the ID of the version that will become the current one
   * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
   */
  beginRotation(arn: string): string {
    const before = this.pendingRotation(arn);
    if (before !== undefined) return before;
    const versionId = randomUUID();
    const versions = this.#versionsOf(arn);
    versions.set(versionId, { stages: [] });
    attach(versions, versionId, PENDING);
    this.#changed(arn);
    return versionId;
  }

  /** @param rotationOf returns the rotation of a secret; undefined when the secret is not rotated */
  service(rotationOf: (arn: string) => { rotate(): Promise<void> } | undefined): AwsService {
    return {
      GetSecretValue: ({ SecretId, VersionId, VersionStage = CURRENT }) => {
        const { versionId, version } = this.#find(SecretId, VersionId, VersionStage);
        const { value: SecretString, stages: VersionStages } = version;
        if (SecretString === undefined) throw notFound();
        return { ...identity(SecretId), SecretString, VersionId: versionId, VersionStages };
      },
      DescribeSecret: ({ SecretId }) => {
        const stages = [...this.#versionsOf(SecretId)].map(([versionId, version]) => [versionId, version.stages]);
        const RotationEnabled = rotationOf(SecretId) !== undefined;
        return { ...identity(SecretId), RotationEnabled, VersionIdsToStages: Object.fromEntries(stages) };
      },
      PutSecretValue: ({ SecretId, SecretString, ClientRequestToken = randomUUID(), VersionStages = [CURRENT] }) => {
        const versions = this.#versionsOf(SecretId);
        const before = versions.get(ClientRequestToken);
        if (before?.value !== undefined && before.value !== SecretString) {
          throw new AwsError('ResourceExistsException', 'A version of this id has another value.');
        }
        versions.set(ClientRequestToken, { value: SecretString, stages: before?.stages ?? [] });
        for (const stage of VersionStages) attach(versions, ClientRequestToken, stage);
        this.#changed(SecretId);
        return { ...identity(SecretId), VersionId: ClientRequestToken, VersionStages };
      },
      UpdateSecretVersionStage: ({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
        const versions = this.#versionsOf(SecretId);
        if (!versions.has(MoveToVersionId)) throw notFound();
        if (labelled(versions, VersionStage)?.[0] !== RemoveFromVersionId) {
          throw new AwsError('InvalidParameterException', `RemoveFromVersionId must be the holder of ${VersionStage}.`);
        }
        attach(versions, MoveToVersionId, VersionStage);
        this.#changed(SecretId);
        return identity(SecretId);
      },
      RotateSecret: ({ SecretId }) => {
        if (this.pendingRotation(SecretId) !== undefined) {
          throw new AwsError(
            'InvalidRequestException',
            "A previous rotation isn't complete. That rotation will be reattempted.",
          );
        }
        const rotation = rotationOf(SecretId);
        if (!rotation) {
          throw new AwsError(
            'InvalidRequestException',
            'No Lambda rotation function ARN is associated with this secret.',
          );
        }
        const VersionId = this.beginRotation(SecretId);
        // As on AWS, the response does not wait for the function. The rotation itself reports its outcome.
        rotation.rotate().catch(() => {});
        return { ...identity(SecretId), VersionId };
      },
    };
  }

  #versionsOf(arn: string): Map<string, Version> {
    const versions = this.#secrets.get(arn);
    if (!versions) throw notFound();
    return versions;
  }

  #find(arn: string, versionId: string | undefined, stage: string) {
    const versions = this.#versionsOf(arn);
    const found = versionId === undefined ? labelled(versions, stage) : ([versionId, versions.get(versionId)] as const);
    if (!found?.[1]) throw notFound();
    return { versionId: found[0], version: found[1] };
  }

  #changed(arn: string): void {
    const versions = this.#versionsOf(arn);
    // Delete versions without a staging label: Secrets Manager treats them as deleted, too.
    for (const [versionId, { stages }] of versions) if (stages.length === 0) versions.delete(versionId);
    const home = this.#homes.get(arn);
    const current = this.currentValue(arn);
    if (home && current !== home.value) {
      home.value = current;
      home.keep?.(current);
    }
    if (home && !home.keep) return;
    // The home stores the current value. The other versions are needed only during a rotation.
    if (home && this.pendingRotation(arn) === undefined) {
      this.#database.prepare('DELETE FROM secrets WHERE arn = ?').run(arn);
      return;
    }
    this.#database.prepare('INSERT OR REPLACE INTO secrets VALUES (?, ?)').run(arn, JSON.stringify([...versions]));
  }
}

const labelled = (versions: Map<string, Version>, stage: string) =>
  [...versions].find(([, { stages }]) => stages.includes(stage));

function attach(versions: Map<string, Version>, versionId: string, stage: string): void {
  const before = labelled(versions, stage);
  if (before?.[0] === versionId) return;
  if (before) before[1].stages = before[1].stages.filter((each) => each !== stage);
  versions.get(versionId)?.stages.push(stage);
  if (stage === CURRENT && before) attach(versions, before[0], PREVIOUS);
}

const identity = (arn: string) => ({ ARN: arn, Name: arn.split(':').at(-1) });

const initial = (value: string) => new Map<string, Version>([[randomUUID(), { value, stages: [CURRENT] }]]);

const notFound = () =>
  new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
