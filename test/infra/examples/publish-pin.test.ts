import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { mediaUploadSucceededEventExample } from '../../../shared/events/examples.ts';
import { pinFailedSchema } from '../../../shared/events/pin/pin-event-schema.ts';
import { historyEvents } from '../stack/status/history-events.ts';
import { machineDefinition, synthesized } from '../stack/synthesized.ts';

const template = synthesized({ with: 'publish-pin' });

/** The definition of the machine that publishes Pins. */
function states(): Record<string, Record<string, unknown>> {
  return machineDefinition(template, 'Pindrop-PublishPin')['States'] as Record<string, Record<string, unknown>>;
}

describe('the state machine of publish-pin', () => {
  it('never retries the creation of a Pin; it first looks for a Pin that may exist already', () => {
    const { 'Create the Pin': create, 'Perhaps there is a Pin': perhaps } = states();
    expect(create).not.toHaveProperty('Retry');
    expect(create?.['Catch']).toEqual([
      { ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Perhaps there is a Pin' },
    ]);
    expect(perhaps).toMatchObject({ Result: 'look', ResultPath: '$.step', Next: 'Prepare or look for the Pin' });
  });

  it('waits without a function until the Pin is due or an operator returns the token', () => {
    const { 'Wait until the Pin is due': sleep, 'Not asleep': sleepless } = states();
    expect(sleep).toMatchObject({
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { Payload: { 'sleep.$': '$', 'taskToken.$': '$$.Task.Token' } },
      TimeoutSecondsPath: '$.waitSeconds',
      ResultPath: null,
      Next: 'Prepare or look for the Pin',
    });
    expect(sleep).not.toHaveProperty('Retry');
    expect(sleep?.['Catch']).toEqual([
      { ErrorEquals: ['States.Timeout'], ResultPath: null, Next: 'Prepare or look for the Pin' },
      { ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Not asleep' },
    ]);
    expect(sleepless).toMatchObject({ Result: true, ResultPath: '$.sleepless', Next: 'Prepare or look for the Pin' });
    const { 'Ended?': ended } = states() as Record<string, { Choices: { Variable: string; Next: string }[] }>;
    expect(ended?.Choices.map(({ Variable, Next }) => [Variable, Next])).toEqual([
      ['$.finalEvent', 'Emit the Pin event'],
      ['$.step', 'Wait until the Pin is due'],
      ['$.waitSeconds', 'Wait'],
    ]);
  });

  it('has no timeout that would end a scheduled Pin, and keeps its records for longer than 30 days', () => {
    expect(machineDefinition(template, 'Pindrop-PublishPin')).not.toHaveProperty('TimeoutSeconds');
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 45, Status: 'Enabled' }] },
    });
    template.hasOutput('PublishPinBucketName', {});
  });

  it('ends every Pin with an event, even when the function cannot run', () => {
    const { 'Prepare or look for the Pin': read, 'Fail the Pin': fail, 'Emit the Pin event': emit } = states();
    expect(read?.['Retry']).toEqual([expect.objectContaining({ ErrorEquals: ['States.ALL'], MaxAttempts: 320 })]);
    expect(read?.['Catch']).toEqual([expect.objectContaining({ Next: 'Is the board known?' })]);
    expect(fail?.['Next']).toBe('Is it of one of several accounts?');
    expect(emit?.['Retry']).toEqual([expect.objectContaining({ MaxAttempts: 1050 })]);
  });

  it.each([
    ['planned', '42', undefined],
    ['planned', '42', 'brand-a'],
    ['not planned', undefined, undefined],
    ['not planned', undefined, 'brand-a'],
  ])(
    'emits a valid event without the function: the Pin is %s, board %s, account %s',
    async (_state, boardId, account) => {
      const { detail, ...envelope } = mediaUploadSucceededEventExample;
      const event = { ...envelope, detail: { ...detail, ...(account !== undefined && { account }) } };
      let invoked = 0;
      const planOnce = async (progress: object) => {
        if (boardId !== undefined && invoked++ === 0) return { ...progress, pin: { boardId }, waitSeconds: 5 };
        throw Object.assign(new Error('no'), { name: 'TypeError' });
      };
      const entries: { DetailType: string; Detail: unknown }[] = [];
      await historyEvents(machineDefinition(template, 'Pindrop-PublishPin'), event, {
        'Prepare or look for the Pin': planOnce,
        'Create the Pin': () => Promise.reject(new Error('Nobody comes here.')),
        'Emit the Pin event': async ({ Entries }: { Entries: typeof entries }) => entries.push(...Entries),
      });
      expect(entries).toMatchObject([{ DetailType: 'Pin Failed' }]);
      const detailed = pinFailedSchema.parse(entries[0]?.Detail);
      expect(detailed).toEqual(entries[0]?.Detail);
      expect([detailed.boardId, detailed.account]).toEqual([boardId, account]);
    },
  );

  it('starts for succeeded uploads only, and its function may describe only its own executions', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['pindrop'], 'detail-type': ['Media Upload Succeeded'] },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'states:DescribeExecution',
            Resource: {
              'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(':execution:Pindrop-PublishPin:\\*$')])],
            },
          }),
        ]),
      },
    });
  });
});

describe('the function of publish-pin', () => {
  it('may read the cover images beside the videos of each account, and no video', () => {
    const accounts = { 'brand-a': { prefix: 'a/' }, 'brand-b': { prefix: 'b/' } };
    const policies = synthesized({ with: 'publish-pin', accounts }).findResources('AWS::IAM::Policy');
    const ofPublish = Object.entries(policies).filter(([id]) => id.startsWith('PublishPinPublish'));
    const statements = ofPublish.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
    const objects = statements
      .flatMap(({ Action, Resource }: { Action: string | string[]; Resource: unknown }) =>
        JSON.stringify(Action).includes('s3:GetObject"') ? [Resource].flat().map((each) => JSON.stringify(each)) : [],
      )
      .filter((resource) => resource.includes('DropBucket'));
    const images = ['a/', 'b/'].flatMap((prefix) => ['jpg', 'jpeg', 'png'].map((ending) => `${prefix}*.${ending}`));
    expect(objects.map((resource) => /([ab][^"]*)"\]\]\}$/.exec(resource)?.[1]).sort()).toEqual(images.sort());
  });

  it('and the function that uploads have the defaults, which tell it to check the description of Pins', () => {
    const pinDefaults = { all: { board: 'Spring' } };
    const functions = (settings: Record<string, unknown>) =>
      Object.values(synthesized(settings).findResources('AWS::Lambda::Function')).flatMap(
        ({ Properties: { Environment = {} } }) =>
          Environment.Variables?.PIN_DEFAULTS === undefined
            ? []
            : [`${Environment.Variables.POWERTOOLS_SERVICE_NAME}: ${Environment.Variables.PIN_DEFAULTS}`],
      );
    const json = JSON.stringify(pinDefaults);
    expect(functions({ with: 'publish-pin', pinDefaults }).sort()).toEqual([`ingest: ${json}`, `publish-pin: ${json}`]);
    expect(functions({})).toEqual([]);
  });
});

describe('without examples', () => {
  it('the stack has no rule, and no bucket except the drop bucket', () => {
    const plain = synthesized();
    plain.resourceCountIs('AWS::Events::Rule', 0);
    plain.resourceCountIs('AWS::S3::Bucket', 1);
    plain.resourceCountIs('AWS::StepFunctions::StateMachine', 1);
  });
});
