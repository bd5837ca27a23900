import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PinterestClient, type PinterestClientOptions } from '../../shared/pinterest/pinterest-client.ts';
import { readTokenSecret, type TokenSecret } from '../../shared/pinterest/token-secret.ts';
import type { CommandPorts } from '../cli/command.ts';

type Ports = Pick<CommandPorts, 'secrets' | 'outputs' | 'apiUrl'>;

/** @throws TokenMissingError when nobody has signed in yet */
export async function tokenSecretOfStack({ secrets, outputs }: Ports): Promise<TokenSecret> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: outputs['TokenSecretArn'] }));
  return readTokenSecret(SecretString);
}

/** Pinterest, with the token that the stack has. */
export function pinterestOfStack(ports: Ports, onAnswer?: PinterestClientOptions['onAnswer']): PinterestClient {
  return new PinterestClient({
    apiUrl: ports.apiUrl,
    accessToken: async () => (await tokenSecretOfStack(ports)).accessToken,
    ...(onAnswer === undefined ? {} : { onAnswer }),
  });
}
