import { JsonClient, JsonCommand, type JsonService } from './json-client.ts';

export class GetParameterCommand extends JsonCommand {
  readonly operation = 'GetParameter';
}
export class GetParametersCommand extends JsonCommand {
  readonly operation = 'GetParameters';
}
export class PutParameterCommand extends JsonCommand {
  readonly operation = 'PutParameter';
}

/** AWS Systems Manager. */
export class SSMClient extends JsonClient {
  protected readonly service: JsonService = {
    ...{ id: 'SSM', host: 'ssm', signingName: 'ssm', target: 'AmazonSSM', jsonVersion: '1.1' },
  };
}
