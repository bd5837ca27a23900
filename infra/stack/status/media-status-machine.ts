import { Duration, Names, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  Choice,
  Condition,
  DefinitionBody,
  type IChainable,
  JsonPath,
  LogLevel,
  Pass,
  StateMachine,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { KnownFailure } from '../../../shared/events/events.ts';
import { DETAIL_TYPE } from '../../../shared/events/names.ts';
import type { Settings } from '../../settings.ts';
import type { Account } from '../accounts/account.ts';
import { accountVariables } from '../accounts/account-variables.ts';
import { acknowledgeWildcard } from '../function/acknowledged-finding.ts';
import { readSecret } from '../function/grants.ts';
import { NodeFunction } from '../function/node-function.ts';
import { serviceOfThisAccount } from '../service-trust.ts';
import { askForADay, emitFinalEvent } from './polling-machine.ts';
import { TAGGING_ACTIONS, tagObject } from './tag-object.ts';

export interface MediaStatusMachineProps {
  settings: Pick<Settings, 'pinterestApiUrl' | 'pollDeadlineMinutes' | 'giveUpAfterHours' | 'maxBackoffSeconds'>;
  deployment: string;
  accounts: Account[];
  recentFiles: IStringParameter;
  bus: IEventBus;
  /** ARNs of the objects that the machine tags after their final event. An empty list: it tags no object. */
  taggedObjects: string[];
}

/**
 * Follows an upload until Pinterest finishes processing it, then emits its final event. The poll function decides, and
 * the state machine waits. Input: `FollowedUpload` of shared/upload/execution.ts.
 */
export class MediaStatusMachine extends Construct {
  readonly machine: StateMachine;
  readonly poll: NodeFunction;

  constructor(scope: Construct, id: string, props: MediaStatusMachineProps) {
    super(scope, id);
    this.poll = pollFunction(this, props);
    const role = machineRole(this, this.poll, props);
    this.machine = new StateMachine(this, 'Machine', {
      // machineRole below grants the permissions. They are narrower than those that CDK would add.
      role: role.withoutPolicyUpdates(),
      definitionBody: DefinitionBody.fromChainable(definition(this, this.poll, props)),
      comment: 'Follows one upload until Pinterest has it ready',
      tracingEnabled: true,
      // Longer than any wait or series of retries in an execution.
      timeout: Duration.days(14),
      logs: {
        destination: new LogGroup(this, 'Logs', {
          // Log groups with this prefix share one statement of the account's log policy, which is limited in size.
          logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(this, { maxLength: 200 })}`,
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
    this.machine.node.addDependency(role);
    Validations.of(this.machine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason:
        "Step Functions keeps each execution's history for 90 days itself; a copy of it all in the log would cost more than the executions.",
    });
  }
}

function pollFunction(
  parts: Construct,
  { settings, deployment, accounts, recentFiles }: MediaStatusMachineProps,
): NodeFunction {
  const poll = new NodeFunction(parts, 'Poll', {
    folder: 'poll',
    description: 'Polls the status of an upload at Pinterest',
    // Enough for two pages of media_list and one media_get, each answered just before its timeout, and the requests to
    // AWS.
    timeout: Duration.seconds(90),
    environment: {
      PINTEREST_API_URL: settings.pinterestApiUrl,
      DEPLOYMENT: deployment,
      ...accountVariables(accounts, ({ tokenSecret }) => ({ TOKEN_SECRET_ARN: tokenSecret.secretArn })),
      GIVE_UP_AFTER_HOURS: String(settings.giveUpAfterHours),
      MAX_BACKOFF_SECONDS: String(settings.maxBackoffSeconds),
      POLL_DEADLINE_MINUTES: String(settings.pollDeadlineMinutes),
      RECENT_FILES_PARAMETER: recentFiles.parameterName,
    },
  });
  for (const { tokenSecret } of accounts) readSecret(tokenSecret, poll);
  poll.addToRolePolicy(
    new PolicyStatement({ actions: ['ssm:GetParameter', 'ssm:PutParameter'], resources: [recentFiles.parameterArn] }),
  );
  return poll;
}

type MachineProps = Pick<MediaStatusMachineProps, 'bus' | 'taggedObjects'>;

function machineRole(parts: Construct, poll: NodeFunction, { bus, taggedObjects }: MachineProps): Role {
  const role = new Role(parts, 'MachineRole', { assumedBy: serviceOfThisAccount(parts, 'states', 'stateMachine:*') });
  const allow = (actions: string[], ...resources: string[]) =>
    role.addToPolicy(new PolicyStatement({ actions, resources }));
  allow(['lambda:InvokeFunction'], poll.functionArn);
  allow(['events:PutEvents'], bus.eventBusArn);
  allow(
    [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      ...[
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
    ],
    '*',
  );
  allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*');
  if (taggedObjects.length > 0) allow(TAGGING_ACTIONS, ...taggedObjects);
  for (const objects of taggedObjects) acknowledgeWildcard(role, objects, 'The keys of future drops are not known.');
  acknowledgeWildcard(role, '*', 'Log deliveries and traces have no resources that they could be narrowed to.');
  return role;
}

function definition(parts: Construct, poll: NodeFunction, { bus, taggedObjects }: MachineProps): IChainable {
  const emit = emitFinalEvent(parts, 'EmitFinalEvent', {
    stateName: 'Emit the final event',
    bus,
    // After the event, so that a failed tagging neither delays nor prevents it.
    after: taggedObjects.length > 0 ? tagObject(parts) : undefined,
  });
  const wait = new Wait(parts, 'WaitForPinterest', {
    stateName: 'Wait for Pinterest',
    time: WaitTime.secondsPath('$.waitSeconds'),
  });
  const ask = askForADay(parts, 'AskPinterest', { stateName: 'Ask Pinterest', fn: poll });
  ask.addCatch(pollingBroke(parts).next(emit), { resultPath: JsonPath.DISCARD });

  const ended = Condition.isPresent('$.finalEvent');
  return new Choice(parts, 'EndedBefore', { stateName: 'Ended before it began?' })
    .when(ended, emit)
    .otherwise(
      wait.next(ask).next(new Choice(parts, 'EndedNow', { stateName: 'Ended?' }).when(ended, emit).otherwise(wait)),
    );
}

/** The failure of an upload whose polls failed for a day. */
export const POLLING_BROKE: KnownFailure = {
  reason: 'gave_up',
  message:
    'Pinterest has the file, but all status requests failed for a day; the log of the function poll has the cause. Look for the video on Pinterest before you retry the drop.',
  retryable: true,
};

/** Builds the final event, without any function, for an upload whose polls failed for a day. */
function pollingBroke(parts: Construct) {
  const stamp = new Pass(parts, 'PollingBroke', {
    stateName: 'Polling broke',
    parameters: { completedAt: JsonPath.stringAt('$$.State.EnteredTime') },
    resultPath: '$.stamp',
  });
  const describe = new Pass(parts, 'DescribeTheFailure', {
    stateName: 'Describe the failure',
    parameters: {
      version: '1',
      status: 'failed',
      mediaType: 'video',
      timeline: JsonPath.jsonMerge(JsonPath.objectAt('$.upload.timeline'), JsonPath.objectAt('$.stamp')),
      polls: JsonPath.numberAt('$.polls'),
      failure: POLLING_BROKE,
    },
    resultPath: '$.failed',
  });
  const fail = new Pass(parts, 'FailTheUpload', {
    stateName: 'Fail the upload',
    parameters: {
      detailType: DETAIL_TYPE.failed,
      // The record has the upload's id, media, object, and where there is one, its account and sidecar. A reference to a
      // field that is absent would fail the execution.
      detail: JsonPath.jsonMerge(JsonPath.objectAt('$.upload'), JsonPath.objectAt('$.failed')),
    },
    resultPath: '$.finalEvent',
  });
  return stamp.next(describe).next(fail);
}
