import { describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../../infra/examples/example-names.ts';
import { synthesized } from '../stack/synthesized.ts';

/** The alarms that the settings add to the stack's own alarms, by logical id without its hash. */
function alarmsAddedBy(settings: Record<string, unknown>) {
  const alarmsWith = (all: Record<string, unknown>) =>
    Object.entries(synthesized({ alarmEmail: 'on-call@example.com', ...all }).findResources('AWS::CloudWatch::Alarm'));
  const own = new Set(alarmsWith({}).map(([id]) => id));
  return new Map(
    alarmsWith(settings).flatMap(([id, { Properties }]) =>
      own.has(id) ? [] : [[id.slice(0, -8), Properties] as const],
    ),
  );
}

describe('alarms of settings and examples', () => {
  it.each([
    [{ with: 'slack-webhook' }, ['SlackWebhookUploadsUndeliveredEvents']],
    [{ with: 'results-bucket' }, ['ResultsBucketUndeliveredEvents']],
    [
      { with: 'start-state-machine' },
      ['StartStateMachineStartFailedExampleExecutions', 'StartStateMachineStartUploadsUndeliveredEvents'],
    ],
    [{ with: 'publish-pin' }, ['PublishPinStartFailedExampleExecutions', 'PublishPinStartUploadsUndeliveredEvents']],
    [{ webhookUrl: 'https://example.com/pindrop' }, ['SubscriptionsUndeliveredEvents']],
    [{ forwardToQueueArn: 'arn:aws:sqs:us-east-1:123456789012:videos' }, ['SubscriptionsUndeliveredEvents']],
    [{ notifyEmail: 'marketing@example.com' }, []],
  ])('exist for the resources that %j adds', (settings, alarms) => {
    expect([...alarmsAddedBy(settings).keys()].sort()).toEqual(alarms);
  });

  it('notify the same topic as the alarms of the stack itself', () => {
    const added = alarmsAddedBy({ with: EXAMPLE_NAMES.join(',') });
    expect(added.size).toBe(6);
    for (const { AlarmActions, OKActions } of added.values()) {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^MonitoringAlarmNotices/) }]);
      expect(OKActions).toEqual(AlarmActions);
    }
  });
});
