import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { mediaUploadFailedExamples, mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { synthesized } from '../synthesized.ts';

const target = (properties: object) => ({ Targets: [Match.objectLike(properties)] });
const every = { source: ['pindrop'], 'detail-type': ['Media Upload Succeeded', 'Media Upload Failed'] };

describe('the settings for subscribers', () => {
  it('notifyEmail sends a sentence to a mailbox', () => {
    const template = synthesized({ notifyEmail: 'marketing@example.com' });
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'marketing@example.com' });
    const sentences = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => {
      const [{ InputTransformer }] = Properties.Targets;
      return [Properties.EventPattern['detail-type'][0], fill(InputTransformer)];
    });
    expect(Object.fromEntries(sentences)).toEqual({
      'Media Upload Succeeded': expect.stringMatching(/^".+ is ready on Pinterest as media \d+\."$/),
      'Media Upload Failed': expect.stringMatching(/^".+ did not get to Pinterest\. .+\."$/),
    });
  });

  it('forwardToQueueArn sends the whole event to a queue', () => {
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:videos';
    synthesized({ forwardToQueueArn: arn }).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: every,
      ...target({
        Arn: arn,
        DeadLetterConfig: Match.anyValue(),
        Input: Match.absent(),
        InputTransformer: Match.absent(),
      }),
    });
  });

  it('webhookUrl sends the whole event to a webhook, and keeps undelivered events in a dead-letter queue', () => {
    const template = synthesized({ webhookUrl: 'https://hooks.example.com/pindrop' });
    template.hasResourceProperties('AWS::Events::ApiDestination', {
      InvocationEndpoint: 'https://hooks.example.com/pindrop',
      HttpMethod: 'POST',
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: every,
      ...target({ DeadLetterConfig: Match.anyValue(), InputTransformer: Match.absent() }),
    });
  });

  it('add no subscriber by default', () => {
    synthesized().resourceCountIs('AWS::Events::Rule', 0);
    synthesized().resourceCountIs('AWS::SNS::Topic', 0);
  });

  it.each([
    ['notifyEmail', 'nobody'],
    ['alarmEmail', 'nobody'],
    ['forwardToQueueArn', 'arn:aws:sns:eu-west-1:123456789012:topic'],
    ['webhookUrl', 'http://hooks.example.com'],
  ])('fail the synth with the name of the setting when %s has the invalid value %s', (name, value) => {
    expect(() => synthesized({ [name]: value })).toThrow(new RegExp(`${name} is not valid`));
  });
});

/** Fills the template as EventBridge would, with the first example that has all the properties in the sentence. */
function fill({
  InputPathsMap,
  InputTemplate,
}: {
  InputPathsMap: Record<string, string>;
  InputTemplate: string;
}): string {
  const filled = [mediaUploadSucceededExample, ...Object.values(mediaUploadFailedExamples)].map((detail) =>
    InputTemplate.replace(/<([\w-]+)>/g, (whole, name: string) => {
      const path = InputPathsMap[name]?.replace('$.detail.', '').split('.') ?? [];
      const value = path.reduce<unknown>(
        (object, key) => (object as Record<string, unknown> | undefined)?.[key],
        detail,
      );
      return value === undefined ? whole : String(value);
    }),
  );
  return filled.find((sentence) => !sentence.includes('<')) ?? '';
}
