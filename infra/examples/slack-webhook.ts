import { CfnOutput, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { readSecret } from '../stack/function/grants.ts';
import { NodeFunction } from '../stack/function/node-function.ts';
import type { ExampleProps } from './example.ts';
import { Subscription } from './subscription.ts';

/**
 * Example: posts the result of each upload to a Slack-compatible webhook. An operator stores the webhook's address as
 * `{ "url" }` in the secret that the output `SlackWebhookSecretArn` names. Until then the messages wait in the queue.
 */
export class SlackWebhook extends Construct {
  constructor(scope: Construct, id: string, { bus, onCall }: ExampleProps) {
    super(scope, id);
    const webhook = new Secret(this, 'Webhook', {
      description: 'Pindrop: the webhook that is notified of uploads, { "url" }',
      secretObjectValue: { url: SecretValue.unsafePlainText('') },
    });
    Validations.of(webhook).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Only the service behind the webhook can change its address.',
    });
    const tell = new NodeFunction(this, 'Tell', {
      folder: 'examples/slack-webhook',
      description: 'Notifies a webhook of how uploads ended',
      environment: { WEBHOOK_SECRET_ARN: webhook.secretArn },
    });
    readSecret(webhook, tell);
    new Subscription(this, 'Uploads', { name: 'SlackWebhook', bus, subscriber: tell, onCall });
    new CfnOutput(Stack.of(this), 'SlackWebhookSecretArn', { value: webhook.secretArn });
  }
}
