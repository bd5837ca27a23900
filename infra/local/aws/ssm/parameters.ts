import type { DatabaseSync } from 'node:sqlite';
import { AwsError, type AwsService } from '../aws-json.ts';

/**
 * The operations of Systems Manager that functions use: they read and overwrite single parameters.
 * @param templated the template's values by name; they are valid until they are overwritten
 */
export function localParameters(database: DatabaseSync, templated: Map<string, string>): AwsService {
  return {
    GetParameter({ Name }) {
      const stored = database.prepare('SELECT value FROM parameters WHERE name = ?').get(Name);
      const Value = stored ? String(stored['value']) : templated.get(Name);
      if (Value === undefined) throw new AwsError('ParameterNotFound', `There is no parameter ${Name}.`);
      return { Parameter: { Name, Value, Type: 'String' } };
    },
    PutParameter({ Name, Value }) {
      database.prepare('INSERT OR REPLACE INTO parameters VALUES (?, ?)').run(Name, Value);
      return { Version: 1, Tier: 'Standard' };
    },
  };
}
