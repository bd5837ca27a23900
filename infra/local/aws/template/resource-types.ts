import { arnOf, type StackEnvironment } from './stack-environment.ts';

/** The definition of a resource type that the local runtime knows. */
export interface ResourceType {
  /** Properties that are honoured, or that have no effect on a single machine. All other properties are rejected. */
  properties: string[];
  /** The resource's name when its properties contain one. */
  nameFrom?: (properties: Record<string, unknown>) => string | undefined;
  ref: (name: string, environment: StackEnvironment) => string;
  attributes?: (name: string, environment: StackEnvironment) => Record<string, string>;
}

const ownName = (name: string) => name;
const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

const bucketName = (name: string) => name.toLowerCase();
const queueUrl = (name: string, { endpoint, account }: StackEnvironment) => `${endpoint}/${account}/${name}`;

/** A type whose `Ref` is the resource's name. Many have no effect on this machine, such as log groups. */
const inert = (properties: string[], attributes?: ResourceType['attributes']): ResourceType => ({
  properties,
  ref: ownName,
  ...(attributes ? { attributes } : {}),
});

/** All resource types that the local runtime knows. Any other type is an error: the runtime must not drift from AWS. */
export const RESOURCE_TYPES: Record<string, ResourceType> = {
  'AWS::S3::Bucket': {
    // Honoured: VersioningConfiguration, and the lifecycle rule that aborts incomplete multipart uploads. Encryption and
    // access rules have no effect, because the bucket is a folder of a single user.
    properties: [
      'VersioningConfiguration',
      'BucketEncryption',
      'LifecycleConfiguration',
      'PublicAccessBlockConfiguration',
      'Tags',
    ],
    ref: bucketName,
    attributes: (name) => ({ Arn: `arn:aws:s3:::${bucketName(name)}` }),
  },
  'Custom::S3BucketNotifications': inert([
    'ServiceToken',
    'BucketName',
    'NotificationConfiguration',
    'Managed',
    'SkipDestinationValidation',
  ]),
  'AWS::SQS::Queue': {
    // Honoured, except for the encryption.
    properties: [
      'VisibilityTimeout',
      'MessageRetentionPeriod',
      'RedrivePolicy',
      'DelaySeconds',
      'SqsManagedSseEnabled',
      'Tags',
    ],
    ref: queueUrl,
    attributes: (name, environment) => ({
      Arn: arnOf(environment, 'sqs', name),
      QueueName: name,
      QueueUrl: queueUrl(name, environment),
    }),
  },
  'AWS::Lambda::Function': {
    // Honoured: Code, Environment, Handler, MemorySize, Runtime, Timeout. The rest has no effect on this machine.
    properties: [
      'Code',
      'Environment',
      'Handler',
      'MemorySize',
      'Runtime',
      'Timeout',
      'Architectures',
      'Description',
      'LoggingConfig',
      'Role',
      'TracingConfig',
      'Tags',
    ],
    ref: ownName,
    attributes: (name, environment) => ({ Arn: arnOf(environment, 'lambda', `function:${name}`) }),
  },
  // Honoured, except for the qualifier: each function has only one version.
  'AWS::Lambda::EventInvokeConfig': inert([
    'FunctionName',
    'Qualifier',
    'MaximumRetryAttempts',
    'MaximumEventAgeInSeconds',
    'DestinationConfig',
  ]),
  'AWS::Lambda::EventSourceMapping': inert([
    ...[
      'BatchSize',
      'MaximumBatchingWindowInSeconds',
      'EventSourceArn',
      'FunctionName',
      'FunctionResponseTypes',
      'ScalingConfig',
    ],
    'Tags',
  ]),
  'AWS::StepFunctions::StateMachine': {
    // Honoured: DefinitionString. Logging and tracing need services that this machine does not have.
    properties: [
      'DefinitionString',
      'StateMachineName',
      'LoggingConfiguration',
      'RoleArn',
      'TracingConfiguration',
      'Tags',
    ],
    nameFrom: ({ StateMachineName }) => text(StateMachineName),
    ref: (name, environment) => arnOf(environment, 'states', `stateMachine:${name}`),
    attributes: (name, environment) => ({ Arn: arnOf(environment, 'states', `stateMachine:${name}`), Name: name }),
  },
  // Honoured: subscriptions of queues. Encryption has no effect on this machine.
  'AWS::SNS::Topic': {
    properties: ['TopicName', 'DisplayName', 'KmsMasterKeyId', 'Tags'],
    nameFrom: ({ TopicName }) => text(TopicName),
    ref: (name, environment) => arnOf(environment, 'sns', name),
    attributes: (name, environment) => ({ TopicArn: arnOf(environment, 'sns', name), TopicName: name }),
  },
  'AWS::SNS::Subscription': inert(['Protocol', 'TopicArn', 'Endpoint', 'RawMessageDelivery']),
  'AWS::SNS::TopicPolicy': inert(['PolicyDocument', 'Topics']),
  'AWS::Events::EventBus': {
    properties: ['Name', 'Description', 'Tags'],
    nameFrom: ({ Name }) => text(Name),
    ref: ownName,
    attributes: (name, environment) => ({ Arn: arnOf(environment, 'events', `event-bus/${name}`), Name: name }),
  },
  'AWS::Events::Rule': {
    // Honoured. `eventTargets` checks the properties of each target.
    properties: ['Description', 'EventBusName', 'EventPattern', 'State', 'Targets', 'Tags'],
    ref: ownName,
    attributes: (name, environment) => ({ Arn: arnOf(environment, 'events', `rule/${name}`) }),
  },
  'AWS::SecretsManager::Secret': {
    properties: ['Description', 'SecretString', 'Tags'],
    ref: (name, environment) => arnOf(environment, 'secretsmanager', `secret:${name}-local0`),
    attributes: (name, environment) => ({ Id: arnOf(environment, 'secretsmanager', `secret:${name}-local0`) }),
  },
  // Honoured, except for RotateImmediatelyOnUpdate: a schedule is never updated on this machine.
  'AWS::SecretsManager::RotationSchedule': inert([
    'SecretId',
    'RotationLambdaARN',
    'RotationRules',
    'RotateImmediatelyOnUpdate',
  ]),
  'AWS::SSM::Parameter': {
    properties: ['Description', 'Type', 'Value', 'Tags'],
    ref: ownName,
  },
  'AWS::Logs::LogGroup': inert(['LogGroupName', 'RetentionInDays', 'Tags'], (name, environment) => ({
    Arn: arnOf(environment, 'logs', `log-group:${name}:*`),
  })),
  // No effect: these types monitor a deployed stack or serve its later subscribers. Nobody is on call for this machine.
  'AWS::CloudWatch::Alarm': inert(
    [
      'AlarmActions',
      'AlarmDescription',
      'ComparisonOperator',
      'Dimensions',
      'EvaluationPeriods',
      'MetricName',
      'Namespace',
      'OKActions',
      'Period',
      'Statistic',
      'ExtendedStatistic',
      'Threshold',
      'TreatMissingData',
    ],
    (name, environment) => ({ Arn: arnOf(environment, 'cloudwatch', `alarm:${name}`) }),
  ),
  'AWS::CloudWatch::Dashboard': inert(['DashboardName', 'DashboardBody']),
  'AWS::Events::Archive': inert(['Description', 'EventPattern', 'KmsKeyIdentifier', 'RetentionDays', 'SourceArn']),
  'AWS::EventSchemas::Registry': inert(['Description'], (name, environment) => ({
    RegistryName: name,
    RegistryArn: arnOf(environment, 'schemas', `registry/${name}`),
  })),
  'AWS::EventSchemas::Schema': inert(['RegistryName', 'SchemaName', 'Description', 'Type', 'Content']),
  'AWS::IAM::Role': inert(
    ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies', 'Description', 'Tags'],
    (name, { account }) => ({
      Arn: `arn:aws:iam::${account}:role/${name}`,
    }),
  ),
  'AWS::Lambda::Permission': inert(['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount']),
  'AWS::IAM::Policy': inert(['PolicyDocument', 'PolicyName', 'Roles']),
  'AWS::SQS::QueuePolicy': inert(['PolicyDocument', 'Queues']),
  'AWS::S3::BucketPolicy': inert(['Bucket', 'PolicyDocument']),
  'AWS::CDK::Metadata': inert(['Analytics']),
};
