import { JsonClient, JsonCommand, type JsonService } from './json-client.ts';

export class ChangeMessageVisibilityCommand extends JsonCommand {
  readonly operation = 'ChangeMessageVisibility';
}

/** Amazon SQS, at the service's endpoint whatever the queue's URL says. */
export class SQSClient extends JsonClient {
  protected readonly service: JsonService = {
    ...{ id: 'SQS', host: 'sqs', signingName: 'sqs', target: 'AmazonSQS', jsonVersion: '1.0' },
  };
}
