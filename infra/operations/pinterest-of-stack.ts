import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import {
  DEFAULT_API_URL,
  PinterestClient,
  type PinterestClientOptions,
} from '../../shared/pinterest/pinterest-client.ts';
import { readTokenSecret, TokenMissingError, type TokenSecretValue } from '../../shared/pinterest/token-secret.ts';
import { tokenSecretArn } from './accounts.ts';
import type { StackPorts } from './stack-ports.ts';

type Ports = Pick<StackPorts, 'secrets' | 'outputs' | 'stackName'>;

/** Base URL of the Pinterest API that the functions of the stack use. */
export const apiUrlOf = ({ outputs }: Pick<StackPorts, 'outputs'>): string =>
  outputs['PinterestApiUrl'] || DEFAULT_API_URL;

/**
 * @param account name of one of several accounts; undefined for the only account
 * @throws TokenMissingError when nobody has signed in yet
 */
export async function tokenSecretOf({ secrets, ...stack }: Ports, account?: string): Promise<TokenSecretValue> {
  const SecretId = tokenSecretArn(stack, account);
  try {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return readTokenSecret(SecretString);
  } catch (error) {
    // A secret without a value is reported like a secret that does not exist.
    if (error instanceof ResourceNotFoundException) throw new TokenMissingError(error.message, { cause: error });
    throw error;
  }
}

/**
 * Creates a Pinterest client that uses a token of the stack.
 * @param account name of one of several accounts; undefined for the only account
 */
export function pinterestOf(
  ports: Ports,
  account?: string,
  onAnswer?: PinterestClientOptions['onAnswer'],
): PinterestClient {
  return new PinterestClient({
    apiUrl: apiUrlOf(ports),
    accessToken: async () => (await tokenSecretOf(ports, account)).accessToken,
    onAnswer,
  });
}
