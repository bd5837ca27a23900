import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { DropQueue } from './drop-queue.ts';
import { NodeFunction } from './node-function.ts';

export interface ReportDeadLetterFunctionProps {
  drops: DropQueue;
  machine: IStateMachine;
}

/** Sees to the failed final event of each drop that ended in the dead-letter queue. */
export class ReportDeadLetterFunction extends NodeFunction {
  constructor(scope: Construct, id: string, { drops, machine }: ReportDeadLetterFunctionProps) {
    super(scope, id, {
      folder: 'report-dead-letter',
      description: 'Reports drops that could not be ingested as failed',
      memorySize: 256,
      environment: { STATE_MACHINE_ARN: machine.stateMachineArn },
    });
    this.addEventSource(new SqsEventSource(drops.deadLetters, { batchSize: 10, reportBatchItemFailures: true }));
    machine.grantStartExecution(this);
    machine.grantExecution(this, 'states:DescribeExecution');
  }
}
