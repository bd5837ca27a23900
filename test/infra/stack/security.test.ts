import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../../infra/examples/example-names.ts';
import { Pindrop } from '../../../infra/stack/pindrop.ts';
import { PindropStack } from '../../../infra/stack/pindrop-stack.ts';

/** All the settings that add resources or permissions. */
const EVERYTHING = {
  tagObjects: true,
  expireSucceededAfterDays: 30,
  alarmEmail: 'on-call@example.com',
  notifyEmail: 'marketing@example.com',
  webhookUrl: 'https://hooks.example.com/pindrop',
  forwardToQueueArn: 'arn:aws:sqs:us-east-1:123456789012:videos',
};

const TWO_ACCOUNTS = { 'brand-a': { prefix: 'brand-a/' }, 'brand-b': { prefix: 'b/' } };

function stackWith(settings: object): { app: App; stack: Stack } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return { app, stack: new PindropStack(app, 'Pindrop', { settings }) };
}

const policyTypes = ['AWS::IAM::Policy', 'AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy'];

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
  Condition?: unknown;
}

/** Each policy statement as `WHO: EFFECT ACTIONS on RESOURCES`, without the hashes that CDK adds to names. */
function statementsOf(template: Template): string[] {
  return policyTypes
    .flatMap((type) => Object.entries(template.findResources(type)))
    .flatMap(([logicalId, { Properties }]) =>
      (Properties.PolicyDocument.Statement as Statement[]).map(({ Effect, Action, Resource, Principal, Condition }) => {
        const who = logicalId.replace(/(RoleDefaultPolicy|DefaultPolicy)?[0-9A-F]{8}$/, '');
        const what = [Action].flat().join(' ');
        const conditions = Condition === undefined ? '' : ` if ${plain(Condition)}`;
        const principal = Principal === undefined ? '' : ` by ${plain(Principal)}`;
        return `${who}: ${Effect} ${what} on ${[Resource].flat().map(plain).join(' ')}${principal}${conditions}`;
      }),
    )
    .sort();
}

function plain(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\{"Fn::GetAtt":\["(\w+?)[0-9A-F]{8}","(\w+)"\]\}/g, '$1.$2')
    .replace(/\{"Ref":"(\w+?)([0-9A-F]{8})?"\}/g, '$1')
    .replace(/\{"Ref":"AWS::(\w+)"\}/g, '$1')
    .replace(/\{"Fn::Join":\["",\[(.*)\]\]\}/, (_, parts: string) => parts.split(',').join(''))
    .replaceAll('"', '');
}

const LOGS = 'logs:CreateLogStream logs:PutLogEvents';
const TRACES = 'Allow xray:PutTraceSegments xray:PutTelemetryRecords on *';
const TAKE = 'Allow sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility on';
const EXECUTIONS = 'arn:Partition:states:Region:AccountId:execution:MediaStatusMachine.Name:*';
const WITHOUT_TLS = 'by {AWS:*} if {Bool:{aws:SecureTransport:false}}';

describe('the permissions', () => {
  it('are exactly the expected ones', () => {
    const statements = statementsOf(Template.fromStack(stackWith({}).stack));
    expect(statements).toEqual(
      [
        `Ingest: Allow ${LOGS} on IngestLogs.Arn`,
        `Ingest: ${TRACES}`,
        `Ingest: ${TAKE} DropsQueue.Arn`,
        'Ingest: Allow sqs:SendMessage on DropsQueue.Arn DropsDeadLetterQueue.Arn',
        'Ingest: Allow s3:GetObject s3:GetObjectVersion on DropBucket.Arn/*',
        'Ingest: Allow s3:ListBucket on DropBucket.Arn',
        'Ingest: Allow secretsmanager:GetSecretValue on Token',
        'Ingest: Allow ssm:GetParameter on arn:Partition:ssm:Region:AccountId:parameter/RecentFiles',
        'Ingest: Allow ssm:GetParameter ssm:PutParameter on arn:Partition:ssm:Region:AccountId:parameter/RateLimitGate',
        'Ingest: Allow states:StartExecution states:ListExecutions on MediaStatusMachine',
        `Ingest: Allow states:DescribeExecution on ${EXECUTIONS}`,
        `MediaStatusPoll: Allow ${LOGS} on MediaStatusPollLogs.Arn`,
        `MediaStatusPoll: ${TRACES}`,
        'MediaStatusPoll: Allow secretsmanager:GetSecretValue on Token',
        'MediaStatusPoll: Allow ssm:GetParameter ssm:PutParameter on arn:Partition:ssm:Region:AccountId:parameter/RecentFiles',
        'MediaStatusMachine: Allow lambda:InvokeFunction on MediaStatusPoll.Arn',
        'MediaStatusMachine: Allow events:PutEvents on EventBus.Arn',
        'MediaStatusMachine: Allow logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:DescribeResourcePolicies logs:DescribeLogGroups on *',
        'MediaStatusMachine: Allow xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets on *',
        `ReportDeadLetter: Allow ${LOGS} on ReportDeadLetterLogs.Arn`,
        `ReportDeadLetter: ${TRACES}`,
        `ReportDeadLetter: ${TAKE} DropsDeadLetterQueue.Arn`,
        'ReportDeadLetter: Allow states:StartExecution states:ListExecutions on MediaStatusMachine',
        `ReportDeadLetter: Allow states:DescribeExecution on ${EXECUTIONS}`,
        `TokenRotationRotateToken: Allow ${LOGS} on TokenRotationRotateTokenLogs.Arn`,
        `TokenRotationRotateToken: ${TRACES}`,
        'TokenRotationRotateToken: Allow secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage on Token',
        'DropBucketNotificationsHandlerPolicy: Allow s3:PutBucketNotification on DropBucket.Arn',
        `DropBucketPolicy: Deny s3:* on DropBucket.Arn DropBucket.Arn/* ${WITHOUT_TLS}`,
        `DropsQueuePolicy: Deny sqs:* on DropsQueue.Arn ${WITHOUT_TLS}`,
        'DropsQueuePolicy: Allow sqs:SendMessage on DropsQueue.Arn by {Service:s3.amazonaws.com} if {ArnLike:{aws:SourceArn:DropBucket.Arn},StringEquals:{aws:SourceAccount:AccountId}}',
        `DropsDeadLetterQueuePolicy: Deny sqs:* on DropsDeadLetterQueue.Arn ${WITHOUT_TLS}`,
      ].sort(),
    );
  });

  it('cover, for each of several accounts, its secret, its gate and its keys', () => {
    const statements = statementsOf(Template.fromStack(stackWith({ accounts: TWO_ACCOUNTS }).stack));
    const ofAccounts = statements.filter((statement) => /secretsmanager|s3:GetObject|RateLimitGate/.test(statement));
    const rotate =
      'Allow secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage';
    const gate = 'Allow ssm:GetParameter ssm:PutParameter on arn:Partition:ssm:Region:AccountId:parameter';
    expect(ofAccounts).toEqual([
      `AccountbrandaTokenRotationRotateToken: ${rotate} on AccountbrandaToken`,
      `AccountbrandbTokenRotationRotateToken: ${rotate} on AccountbrandbToken`,
      'Ingest: Allow s3:GetObject s3:GetObjectVersion on DropBucket.Arn/brand-a/* DropBucket.Arn/b/*',
      'Ingest: Allow secretsmanager:GetSecretValue on AccountbrandaToken',
      'Ingest: Allow secretsmanager:GetSecretValue on AccountbrandbToken',
      `Ingest: ${gate}/AccountbrandaRateLimitGate`,
      `Ingest: ${gate}/AccountbrandbRateLimitGate`,
      'MediaStatusPoll: Allow secretsmanager:GetSecretValue on AccountbrandaToken',
      'MediaStatusPoll: Allow secretsmanager:GetSecretValue on AccountbrandbToken',
    ]);
  });

  it('of the state machine include tagging with tagObjects, and only on objects with the prefix', () => {
    const before = statementsOf(Template.fromStack(stackWith({ prefix: 'brand-a/' }).stack));
    const after = statementsOf(Template.fromStack(stackWith({ prefix: 'brand-a/', tagObjects: true }).stack));
    expect(after.filter((statement) => !before.includes(statement))).toEqual([
      'MediaStatusMachine: Allow s3:GetObjectVersionTagging s3:PutObjectVersionTagging on DropBucket.Arn/brand-a/*',
    ]);
  });

  it.each([
    ['without any setting', {}],
    ['with all that a setting can add', { ...EVERYTHING, with: [...EXAMPLE_NAMES] }],
  ])('let a service assume a role only for this account: %s', (_, settings) => {
    const roles = Template.fromStack(stackWith(settings).stack).findResources('AWS::IAM::Role');
    const trusts = Object.entries(roles)
      // CDK creates the role of its own function; Pindrop cannot change it.
      .filter(([id]) => !id.startsWith('BucketNotificationsHandler'))
      .flatMap(([, { Properties }]) => Properties.AssumeRolePolicyDocument.Statement as Statement[])
      .map(({ Principal, Condition }) => `${plain(Principal)} if ${plain(Condition)}`);
    expect(trusts.length).toBeGreaterThan(4);
    const account = 'StringEquals:{aws:SourceAccount:AccountId}';
    const allowed = [
      // Lambda documents no source ARN for the roles of functions.
      `{Service:lambda.amazonaws.com} if {${account}}`,
      `{Service:states.amazonaws.com} if {${account},ArnLike:{aws:SourceArn:arn:Partition:states:Region:AccountId:stateMachine:*}}`,
      `{Service:states.amazonaws.com} if {ArnLike:{aws:SourceArn:arn:Partition:states:Region:AccountId:stateMachine:*},${account}}`,
      `{Service:events.amazonaws.com} if {${account},ArnLike:{aws:SourceArn:arn:Partition:events:Region:AccountId:rule/*}}`,
    ];
    expect(trusts.filter((trust) => !allowed.includes(trust))).toEqual([]);
  });

  it.each([
    ['as it is by default', {}],
    ['with all that a setting can add', EVERYTHING],
    ['with every example', { with: [...EXAMPLE_NAMES] }],
    ['with several accounts', { accounts: TWO_ACCOUNTS, tagObjects: true, with: 'publish-pin' }],
  ])('pass the AwsSolutions checks of cdk-nag %s', (_, settings) => {
    const { app, stack } = stackWith(settings);
    app.synth();
    const { violations } = new AwsSolutionsChecks(app).validateScope(stack);
    const found = violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      ...violatingResources.map(({ constructPath }) => constructPath),
    ]);
    expect(found).toEqual([]);
  });

  it('keep secrets out of the environment of every function', () => {
    const functions = Template.fromStack(stackWith({}).stack).findResources('AWS::Lambda::Function');
    const names = Object.values(functions).flatMap(({ Properties }) =>
      Object.keys(Properties.Environment?.Variables ?? {}),
    );
    expect([...new Set(names)].filter((name) => /token|secret|password/i.test(name))).toEqual(['TOKEN_SECRET_ARN']);
  });
});

describe('the resources of Pindrop', () => {
  it('are fewer on an emulator: those that only AWS supports are omitted', () => {
    const typesOf = (emulated: boolean) => {
      const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
      const { Resources } = Template.fromStack(new PindropStack(app, 'Pindrop', { settings: { emulated } })).toJSON();
      return new Set(Object.values(Resources as Record<string, { Type: string }>).map(({ Type }) => Type));
    };
    expect([...typesOf(false)].filter((type) => !typesOf(true).has(type)).sort()).toEqual([
      'AWS::EventSchemas::Registry',
      'AWS::EventSchemas::Schema',
      'AWS::Events::Archive',
      'AWS::SecretsManager::RotationSchedule',
    ]);
  });

  it('delete succeeded videos with expireSucceededAfterDays: current and noncurrent versions, and delete markers', () => {
    const rulesOf = (settings: object) =>
      Object.values(Template.fromStack(stackWith(settings).stack).findResources('AWS::S3::Bucket'))[0]?.Properties
        .LifecycleConfiguration.Rules;
    const abort = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' };
    expect(rulesOf({ tagObjects: true })).toEqual([abort]);
    expect(rulesOf({ tagObjects: true, expireSucceededAfterDays: 30 })).toEqual([
      abort,
      {
        Id: 'ExpireSucceeded',
        Status: 'Enabled',
        TagFilters: [{ Key: 'pindrop', Value: 'succeeded' }],
        ExpirationInDays: 30,
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
      { Id: 'RemoveExpiredDeleteMarkers', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
    ]);
  });

  it('are separate for two instances in one stack', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'Campaigns');
    new Pindrop(stack, 'Spring', { settings: { prefix: 'spring/' } });
    new Pindrop(stack, 'Autumn');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 2);
    template.resourceCountIs('AWS::S3::Bucket', 2);
    const deployments = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.DEPLOYMENT ?? [],
    );
    expect(new Set(deployments).size).toBe(2);
  });
});
