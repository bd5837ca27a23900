import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { ConstructSettings } from '../../construct-settings.ts';
import type { Account } from '../accounts/account.ts';
import { accountVariables } from '../accounts/account-variables.ts';
import { followUploads, takeFrom } from '../function/grants.ts';
import { NodeFunction } from '../function/node-function.ts';
import type { DropQueue } from './drop-queue.ts';
import { filterEnvironment } from './filter-environment.ts';

export interface ReportDeadLetterFunctionProps {
  settings: Pick<ConstructSettings, 'prefix' | 'suffixes'>;
  deployment: string;
  bucket: IBucket;
  drops: DropQueue;
  machine: StateMachine;
  accounts: Account[];
}

/** Reports the drops in the dead-letter queue: starts their executions, which emit `Media Upload Failed`. */
export class ReportDeadLetterFunction extends NodeFunction {
  constructor(
    scope: Construct,
    id: string,
    { settings, deployment, bucket, drops, machine, accounts }: ReportDeadLetterFunctionProps,
  ) {
    super(scope, id, {
      folder: 'report-dead-letter',
      description: 'Reports drops that could not be ingested as failed',
      environment: {
        DEPLOYMENT: deployment,
        STATE_MACHINE_ARN: machine.stateMachineArn,
        ...accountVariables(accounts, () => ({})),
        ...filterEnvironment(bucket, settings),
      },
    });
    takeFrom(drops.deadLetters, this, { batchSize: 10 });
    followUploads(machine, this);
  }
}
