/**
 * Prefix of the state machine's tags that identify the other resources of the same Pindrop. The rest of a tag's name is
 * the name of a stack output.
 */
const OUTPUT_TAG_PREFIX = 'pindrop:';

/**
 * Prefix of the tags that replace the output `Accounts`: one tag for each account, because a tag's value has 256
 * characters at most. The rest of the tag's name is the account's name, and the value is the ARN of its secret.
 */
const ACCOUNT_TAG_PREFIX = `${OUTPUT_TAG_PREFIX}Account:`;

/** The name of the output with the secrets of the Pinterest accounts: a JSON object of account name to secret ARN. */
export const ACCOUNTS_OUTPUT = 'Accounts';

/**
 * @param outputs by output name, without `Accounts`
 * @param secrets the ARNs of the secrets by account name; empty without the setting `accounts`
 * @returns the values of the tags by their names
 */
export const tagsOfOutputs = (
  outputs: Record<string, string>,
  secrets: Record<string, string>,
): Record<string, string> => ({
  ...mapKeys(outputs, (name) => `${OUTPUT_TAG_PREFIX}${name}`),
  ...mapKeys(secrets, (account) => `${ACCOUNT_TAG_PREFIX}${account}`),
});

/**
 * @param tags all tags of a state machine
 * @returns the outputs, as the stack itself would have them; empty when the state machine is not Pindrop's
 */
export function outputsOfTags(tags: { key?: string; value?: string }[]): Record<string, string> {
  const under = (prefix: string) =>
    Object.fromEntries(
      tags.flatMap(({ key = '', value = '' }) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
    );
  const secrets = under(ACCOUNT_TAG_PREFIX);
  const outputs = Object.entries(under(OUTPUT_TAG_PREFIX)).filter(([name]) => !name.startsWith('Account:'));
  return {
    ...Object.fromEntries(outputs),
    ...(Object.keys(secrets).length > 0 && { [ACCOUNTS_OUTPUT]: JSON.stringify(secrets) }),
  };
}

const mapKeys = (values: Record<string, string>, rename: (key: string) => string) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [rename(key), value]));
