import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  type IChainable,
  IntegrationPattern,
  JsonPath,
  Pass,
  Result,
  StateMachine,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { PIN_DETAIL_TYPE } from '../../shared/events/pin/names.ts';
import type { KnownPinFailure } from '../../shared/events/pin/pin-events.ts';
import type { Account } from '../stack/accounts/account.ts';
import { accountVariables } from '../stack/accounts/account-variables.ts';
import { literalInPolicy } from '../stack/drops/ingest-function.ts';
import { acknowledgeWildcard } from '../stack/function/acknowledged-finding.ts';
import { readSecret } from '../stack/function/grants.ts';
import { NodeFunction } from '../stack/function/node-function.ts';
import { askForADay, emitFinalEvent } from '../stack/status/polling-machine.ts';
import { acknowledgeMachine } from './acknowledged-machine.ts';
import type { ExampleProps } from './example.ts';
import { StartStateMachine } from './start-state-machine.ts';

/**
 * Example: publishes each uploaded video as exactly one Pin, and puts `Pin Published` or `Pin Failed` on the bus. The
 * metadata of the object describes the Pin. The execution's name is the upload id. docs/examples.md lists the limits of
 * the guarantee.
 */
export class PublishPin extends Construct {
  constructor(scope: Construct, id: string, { settings, bucket, ingest, bus, accounts, onCall }: ExampleProps) {
    super(scope, id);
    const lanes = new Bucket(this, 'Lanes', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
      // A schedule is written at least once a week while its Pin waits. Other objects are needed until their execution
      // has ended, which takes two weeks at most after its last write: the give-up time, a day of a broken function and
      // a week of a broken bus.
      lifecycleRules: [{ expiration: Duration.days(45) }],
    });
    const stack = Stack.of(this);
    // A fixed name avoids a circular dependency: the state machine invokes the function, and the function describes the
    // state machine's executions.
    const stateMachineName = `${stack.stackName}-PublishPin`;
    const execution = (name: string) =>
      stack.formatArn({
        service: 'states',
        resource: 'execution',
        resourceName: `${stateMachineName}:${name}`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const pinDefaults = JSON.stringify(settings.pinDefaults ?? {});
    const publish = new NodeFunction(this, 'Publish', {
      folder: 'examples/publish-pin',
      description: 'Takes the next step towards the Pin of an upload',
      timeout: Duration.minutes(2),
      // Five Pins in a row with cover images of 20 MB, the most, take the process to 410 MiB.
      memorySize: 512,
      environment: {
        PINTEREST_API_URL: settings.pinterestApiUrl,
        ...accountVariables(accounts, ({ tokenSecret }) => ({ TOKEN_SECRET_ARN: tokenSecret.secretArn })),
        GIVE_UP_AFTER_HOURS: String(settings.giveUpAfterHours),
        MAX_BACKOFF_SECONDS: String(settings.maxBackoffSeconds),
        PIN_PATIENCE_SECONDS: String(settings.pinPatienceSeconds),
        PIN_SPACING_SECONDS: String(settings.pinSpacingMinutes * 60),
        PIN_LANES_BUCKET: lanes.bucketName,
        EXECUTION_ARN_PREFIX: execution(''),
        PIN_DEFAULTS: pinDefaults,
      },
    });
    // Ingest then rejects a video whose sidecar or metadata do not describe a Pin, before it is uploaded.
    ingest.addEnvironment('PIN_DEFAULTS', pinDefaults);
    readCovers(bucket, accounts, publish);
    for (const { tokenSecret } of accounts) readSecret(tokenSecret, publish);
    publish.addToRolePolicy(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [lanes.arnForObjects('*')] }),
    );
    // Without s3:ListBucket, S3 answers 403 instead of 404 for a lane that does not exist yet.
    publish.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [lanes.bucketArn] }));
    publish.addToRolePolicy(
      new PolicyStatement({
        actions: ['states:DescribeExecution'],
        resources: [execution('*')],
      }),
    );
    if (publish.role) {
      acknowledgeWildcard(publish.role, lanes.arnForObjects('*'), 'The names of lanes derive from future Pins.');
      acknowledgeWildcard(publish.role, execution('*'), 'Executions are named by future uploads.');
    }
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName,
      comment: 'Publishes one upload as a Pin',
      tracingEnabled: true,
      definitionBody: DefinitionBody.fromChainable(definition(this, publish, bus)),
    });
    acknowledgeMachine(machine);
    acknowledgeWildcard(machine.role, `${publish.functionArn}:*`, 'Any version of the function will do.');
    Validations.of(lanes).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds upload ids, due times and task tokens for some weeks. Only the function and operators read it.',
    });
    new StartStateMachine(this, 'Start', { name: 'PublishPin', bus, machine, events: { status: 'succeeded' }, onCall });
    new CfnOutput(stack, 'PublishPinStateMachineArn', { value: machine.stateMachineArn });
    new CfnOutput(stack, 'PublishPinBucketName', { value: lanes.bucketName });
  }
}

/** Lets the function read the cover images beside the videos, and nothing else in the bucket. */
function readCovers(bucket: IBucket, accounts: readonly Account[], publish: NodeFunction): void {
  for (const { prefix } of accounts) {
    for (const ending of ['.jpg', '.jpeg', '.png']) {
      const images = bucket.arnForObjects(`${literalInPolicy(prefix)}*${ending}`);
      publish.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [images] }));
      if (publish.role) acknowledgeWildcard(publish.role, images, 'The keys of future drops are not known.');
    }
  }
  // Without s3:ListBucket, S3 answers 403 instead of 404 for an image that does not exist.
  publish.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  bucket.encryptionKey?.grantDecrypt(publish);
}

function definition(parts: Construct, publish: NodeFunction, bus: IEventBus): IChainable {
  const begin = new Pass(parts, 'Begin', {
    parameters: { upload: JsonPath.objectAt('$.detail'), step: 'prepare', waitSeconds: 0 },
  });
  const emit = emitFinalEvent(parts, 'EmitPinEvent', { stateName: 'Emit the Pin event', bus });

  const read = askForADay(parts, 'PrepareOrLook', { stateName: 'Prepare or look for the Pin', fn: publish });
  read.addCatch(publishingBroke(parts, emit), { resultPath: JsonPath.DISCARD });

  // Never retry this task: a function that died may have created the Pin. The next step searches the board for the Pin.
  const create = new LambdaInvoke(parts, 'CreateThePin', {
    stateName: 'Create the Pin',
    lambdaFunction: publish,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
  });
  const unanswered = new Pass(parts, 'Unanswered', {
    stateName: 'Perhaps there is a Pin',
    result: Result.fromString('look'),
    resultPath: '$.step',
  });
  create.addCatch(unanswered.next(read), { resultPath: JsonPath.DISCARD });

  const wait = new Wait(parts, 'WaitForIt', {
    stateName: 'Wait',
    time: WaitTime.secondsPath('$.waitSeconds'),
  });
  const sleep = sleepState(parts, publish);
  sleep.next(read);
  sleep.addCatch(read, { errors: [Errors.TIMEOUT], resultPath: JsonPath.DISCARD });
  // The token was not kept. The function then waits without a token.
  const sleepless = new Pass(parts, 'Sleepless', {
    stateName: 'Not asleep',
    result: Result.fromBoolean(true),
    resultPath: '$.sleepless',
  });
  sleep.addCatch(sleepless.next(read), { resultPath: JsonPath.DISCARD });
  const which = new Choice(parts, 'WhichStep', { stateName: 'Which step?' })
    .when(Condition.stringEquals('$.step', 'create'), create)
    .otherwise(read);
  const ended = new Choice(parts, 'EndedNow', { stateName: 'Ended?' })
    .when(Condition.isPresent('$.finalEvent'), emit)
    .when(Condition.stringEquals('$.step', 'sleep'), sleep)
    .when(Condition.numberGreaterThan('$.waitSeconds', 0), wait)
    .otherwise(which);
  wait.next(which);
  read.next(ended);
  create.next(ended);
  return begin.next(read);
}

/**
 * Waits for hours or days, at no cost. The function stores the task's token, and with it an operator who cancels or
 * reschedules the Pin wakes the execution. Otherwise the task ends with its timeout.
 */
const sleepState = (parts: Construct, publish: NodeFunction) =>
  new LambdaInvoke(parts, 'Sleep', {
    stateName: 'Wait until the Pin is due',
    lambdaFunction: publish,
    integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
    payload: TaskInput.fromObject({ sleep: JsonPath.entirePayload, taskToken: JsonPath.taskToken }),
    taskTimeout: Timeout.at('$.waitSeconds'),
    resultPath: JsonPath.DISCARD,
    retryOnServiceExceptions: false,
  });

const PUBLISHING_BROKE: KnownPinFailure = {
  reason: 'gave_up',
  message:
    'The function that publishes Pins failed for a day; its log says why. Look for the Pin on the board before you retry the drop.',
  retryable: true,
};

/** Builds the event `Pin Failed` without any function, for when the function itself cannot run. */
function publishingBroke(parts: Construct, emit: IChainable): IChainable {
  const [board, account] = ['$.pin.boardId', '$.upload.account'];
  const ofAccount = new Choice(parts, 'OfAnAccount', { stateName: 'Is it of one of several accounts?' });
  const add = new Pass(parts, 'AddTheAccount', {
    stateName: 'Add the account',
    inputPath: account,
    resultPath: '$.finalEvent.detail.account',
  });
  ofAccount.when(Condition.isPresent(account), add.next(emit)).otherwise(emit);
  return new Choice(parts, 'BoardNamed', { stateName: 'Is the board known?' })
    .when(
      Condition.isPresent(board),
      failThePin(parts, 'FailThePin', 'Fail the Pin', { boardId: JsonPath.stringAt(board) }).next(ofAccount),
    )
    .otherwise(failThePin(parts, 'FailTheBoardless', 'Fail the Pin without a board', {}).next(ofAccount));
}

function failThePin(parts: Construct, id: string, stateName: string, board: { boardId?: string }): Pass {
  return new Pass(parts, id, {
    stateName,
    parameters: {
      detailType: PIN_DETAIL_TYPE.failed,
      detail: {
        ...board,
        version: '1',
        uploadId: JsonPath.stringAt('$.upload.uploadId'),
        mediaId: JsonPath.stringAt('$.upload.mediaId'),
        status: 'failed',
        object: JsonPath.objectAt('$.upload.object'),
        failedAt: JsonPath.stringAt('$$.State.EnteredTime'),
        failure: PUBLISHING_BROKE,
      },
    },
    resultPath: '$.finalEvent',
  });
}
