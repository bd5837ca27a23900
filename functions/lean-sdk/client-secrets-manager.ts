import { JsonClient, JsonCommand, type JsonService } from './json-client.ts';

export class DescribeSecretCommand extends JsonCommand {
  readonly operation = 'DescribeSecret';
}
export class GetSecretValueCommand extends JsonCommand {
  readonly operation = 'GetSecretValue';
}
export class PutSecretValueCommand extends JsonCommand {
  readonly operation = 'PutSecretValue';
}
export class UpdateSecretVersionStageCommand extends JsonCommand {
  readonly operation = 'UpdateSecretVersionStage';
}

/** AWS Secrets Manager. */
export class SecretsManagerClient extends JsonClient {
  protected readonly service: JsonService = {
    ...{ id: 'SECRETS_MANAGER', host: 'secretsmanager', signingName: 'secretsmanager' },
    ...{ target: 'secretsmanager', jsonVersion: '1.1' },
  };
}
