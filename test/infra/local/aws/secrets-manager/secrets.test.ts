import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LocalRotation } from '../../../../../infra/local/aws/secrets-manager/rotation.ts';
import { LocalSecrets } from '../../../../../infra/local/aws/secrets-manager/secrets.ts';
import { openStateDatabase } from '../../../../../infra/local/aws/state-database.ts';

const SecretId = 'arn:token';

/** Returns a function that starts the local Secrets Manager. Every start uses the same state. */
function starts() {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-secrets-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = { value: 'signed in' };
  const start = () => {
    const database = openStateDatabase(directory);
    const secrets = new LocalSecrets(database, new Map([[SecretId, 'of the template']]), [
      { arn: SecretId, value: file.value, keep: (value) => void Object.assign(file, { value }) },
    ]);
    const steps: { Step: string; ClientRequestToken: string }[] = [];
    let failAt: string | undefined;
    const fn = {
      async invoke(event: { Step: string; ClientRequestToken: string }) {
        steps.push(event);
        if (event.Step === failAt) throw new Error('Pinterest has trouble');
      },
    };
    const schedule = { secretArn: SecretId, fn: fn as never, everyDays: 7 };
    const rotation = new LocalRotation(schedule, secrets, database, () => {});
    const api = secrets.service((arn) => (arn === SecretId ? rotation : undefined));
    return {
      secrets,
      rotation,
      api,
      steps,
      failAt(step: string | undefined) {
        failAt = step;
      },
      stop: () => database.close(),
    };
  };
  return { start, file };
}

describe('a local rotation that failed', () => {
  it('is retried with the same version, also after a restart; the next rotation has a new version', async () => {
    const { start } = starts();
    const first = start();
    first.failAt('testSecret');
    await expect(first.rotation.rotate()).rejects.toThrow('Pinterest has trouble');
    await first.api['PutSecretValue']?.({
      SecretId,
      SecretString: 'renewed',
      VersionStages: ['AWSPENDING'],
      ClientRequestToken: first.steps[0]?.ClientRequestToken,
    });
    await expect(first.rotation.rotate()).rejects.toThrow();
    first.stop();

    const second = start();
    onTestFinished(second.stop);
    await second.rotation.rotate();
    const [version, ...others] = new Set([...first.steps, ...second.steps].map((step) => step.ClientRequestToken));
    expect(others).toEqual([]);
    const pending = await second.api['GetSecretValue']?.({ SecretId, VersionStage: 'AWSPENDING' });
    expect(pending).toMatchObject({ SecretString: 'renewed', VersionId: version });
    const before = second.secrets.currentValue(SecretId);
    const { VersionId: RemoveFromVersionId } = (await second.api['GetSecretValue']?.({ SecretId })) ?? {};
    await second.api['UpdateSecretVersionStage']?.({
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: version,
      RemoveFromVersionId,
    });
    expect([before, second.secrets.currentValue(SecretId)]).toEqual(['signed in', 'renewed']);
    await second.rotation.rotate();
    expect(second.steps.at(-1)?.ClientRequestToken).not.toBe(version);
  });

  it('ends when a person signs in before the next start', async () => {
    const { start, file } = starts();
    const first = start();
    first.failAt('testSecret');
    await expect(first.rotation.rotate()).rejects.toThrow();
    first.stop();
    file.value = 'signed in again';
    const second = start();
    onTestFinished(second.stop);
    expect(second.secrets.currentValue(SecretId)).toBe('signed in again');
    expect(second.secrets.pendingRotation(SecretId)).toBeUndefined();
  });

  it('prevents rotate-secret from starting another rotation, as on AWS', async () => {
    const { start } = starts();
    const { api, rotation, failAt, stop, secrets, steps } = start();
    onTestFinished(stop);
    failAt('createSecret');
    await expect(rotation.rotate()).rejects.toThrow();
    expect(() => api['RotateSecret']?.({ SecretId })).toThrow("A previous rotation isn't complete.");
    failAt(undefined);
    await rotation.rotate();
    // The rotation is still pending, because the fake function moves no label. A sign-in ends it.
    await api['PutSecretValue']?.({ SecretId, SecretString: 'new', VersionStages: ['AWSCURRENT', 'AWSPENDING'] });
    expect(secrets.pendingRotation(SecretId)).toBeUndefined();
    const { VersionId } = (await api['RotateSecret']?.({ SecretId })) ?? {};
    expect(steps.at(-1)?.ClientRequestToken).toBe(VersionId);
  });
});

describe('UpdateSecretVersionStage', () => {
  it('moves a label only from the version that has it', async () => {
    const { start } = starts();
    const { api, stop } = start();
    onTestFinished(stop);
    const put = { SecretId, SecretString: 'b', ClientRequestToken: 'version-b', VersionStages: ['AWSPENDING'] };
    await api['PutSecretValue']?.(put);
    for (const RemoveFromVersionId of [undefined, 'version-b', 'another']) {
      const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: 'version-b', RemoveFromVersionId };
      expect(() => api['UpdateSecretVersionStage']?.(move)).toThrow('RemoveFromVersionId');
    }
  });
});
