import { arnOf, type StackEnvironment } from './stack-environment.ts';

/** What the local runtime knows of a resource type. */
export interface ResourceType {
  /** Properties that are honoured, or have no effect on one machine. Any other is refused. */
  properties: string[];
  /** The name that its properties give it. */
  nameFrom?: (properties: Record<string, unknown>) => string | undefined;
  ref: (name: string, environment: StackEnvironment) => string;
  attributes?: (name: string, environment: StackEnvironment) => Record<string, string>;
}

const ownName = (name: string) => name;
const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

const bucketName = (name: string) => name.toLowerCase();
const queueUrl = (name: string, { endpoint, account }: StackEnvironment) => `${endpoint}/${account}/${name}`;

/** A type without effect here, such as permissions and log groups. */
const inert = (properties: string[], attributes?: ResourceType['attributes']): ResourceType => ({
  properties,
  ref: ownName,
  ...(attributes ? { attributes } : {}),
});

/** Every resource type that the local runtime knows. Another one is an error, so that the runtime never drifts from AWS. */
export const RESOURCE_TYPES: Record<string, ResourceType> = {
  'AWS::S3::Bucket': {
    // Honoured: VersioningConfiguration, and the lifecycle rule that aborts incomplete multipart uploads. Encryption and
    // access rules mean nothing to a folder of one's own.
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
    // Honoured but for the encryption.
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
    // Honoured: Code, Environment, Handler, MemorySize, Runtime, Timeout. The rest says who it is and where it logs to.
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
  // Honoured but for the qualifier: there is one version of each function.
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
    // Honoured: DefinitionString. Logging and tracing go to services that are not here.
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
  'AWS::Events::EventBus': {
    properties: ['Name', 'Description', 'Tags'],
    nameFrom: ({ Name }) => text(Name),
    ref: ownName,
    attributes: (name, environment) => ({ Arn: arnOf(environment, 'events', `event-bus/${name}`), Name: name }),
  },
  'AWS::Events::Rule': {
    // Honoured; what a target may have is checked where it is read.
    properties: ['Description', 'EventBusName', 'EventPattern', 'State', 'Targets', 'Tags'],
    ref: ownName,
    attributes: (name, environment) => ({ Arn: arnOf(environment, 'events', `rule/${name}`) }),
  },
  'AWS::SecretsManager::Secret': {
    properties: ['Description', 'SecretString', 'Tags'],
    ref: (name, environment) => arnOf(environment, 'secretsmanager', `secret:${name}-local0`),
    attributes: (name, environment) => ({ Id: arnOf(environment, 'secretsmanager', `secret:${name}-local0`) }),
  },
  // Honoured, but for RotateImmediatelyOnUpdate: nobody updates a schedule here.
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
  // What watches the deployed stack, and what keeps its events for later subscribers: nobody is on call for this machine.
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
