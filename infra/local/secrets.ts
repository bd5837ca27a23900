import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AwsError, type AwsService } from './aws-json.ts';

/**
 * Secrets Manager, as far as it is used: the current value of each secret.
 * @param given values by ARN that hold for this run, and are not written anywhere
 */
export function localSecrets(database: DatabaseSync, given: Map<string, string>): AwsService {
  const put = new Map(given);
  const currentValue = (arn: string) => {
    const stored = database.prepare('SELECT value FROM secrets WHERE arn = ?').get(arn) as
      | { value: string }
      | undefined;
    const value = put.get(arn) ?? stored?.value;
    if (value === undefined)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return value;
  };
  return {
    GetSecretValue: ({ SecretId }) => ({
      ARN: SecretId,
      Name: String(SecretId).split(':').at(-1),
      SecretString: currentValue(SecretId),
      VersionId: randomUUID(),
      VersionStages: ['AWSCURRENT'],
    }),
    PutSecretValue({ SecretId, SecretString }) {
      currentValue(SecretId);
      put.delete(SecretId);
      database.prepare('INSERT OR REPLACE INTO secrets VALUES (?, ?)').run(SecretId, SecretString);
      return {
        ARN: SecretId,
        Name: String(SecretId).split(':').at(-1),
        VersionId: randomUUID(),
        VersionStages: ['AWSCURRENT'],
      };
    },
  };
}
