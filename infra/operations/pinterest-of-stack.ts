import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import {
  DEFAULT_API_URL,
  PinterestClient,
  type PinterestClientOptions,
} from '../../shared/pinterest/pinterest-client.ts';
import { readTokenSecret, TokenMissingError, type TokenSecretValue } from '../../shared/pinterest/token-secret.ts';
import { outputOf, type StackPorts } from './stack-ports.ts';

type Ports = Pick<StackPorts, 'secrets' | 'outputs' | 'stackName'>;

/** Base URL of the Pinterest API that the functions of the stack use. */
export const apiUrlOf = ({ outputs }: Pick<StackPorts, 'outputs'>): string =>
  outputs['PinterestApiUrl'] || DEFAULT_API_URL;

/** @throws TokenMissingError when nobody has signed in yet */
export async function tokenSecretOf({ secrets, ...stack }: Ports): Promise<TokenSecretValue> {
  const SecretId = outputOf(stack, 'TokenSecretArn');
  try {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return readTokenSecret(SecretString);
  } catch (error) {
    // A secret without a value is reported like a secret that does not exist.
    if (error instanceof ResourceNotFoundException) throw new TokenMissingError(error.message, { cause: error });
    throw error;
  }
}

/** Creates a Pinterest client that uses the token of the stack. */
export function pinterestOf(ports: Ports, onAnswer?: PinterestClientOptions['onAnswer']): PinterestClient {
  return new PinterestClient({
    apiUrl: apiUrlOf(ports),
    accessToken: async () => (await tokenSecretOf(ports)).accessToken,
    onAnswer,
  });
}
