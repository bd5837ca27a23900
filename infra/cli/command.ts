import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** The stack that a command works on, and how its services are reached. */
export interface CommandPorts {
  /** CloudFormation's name of the stack, which the names of its alarms begin with. */
  stackName: string;
  outputs: Record<string, string>;
  /** Base URL of Pinterest's API. */
  apiUrl: string;
  /** True for the stack of `npm start`. */
  local: boolean;
  s3: S3Client;
  states: SFNClient;
  sqs: SQSClient;
  secrets: SecretsManagerClient;
  alarms: CloudWatchClient;
}

/** What a command says: results on stdout, the rest on stderr. */
export interface Output {
  /** True when the results are for a program: one JSON value on each line. */
  json: boolean;
  /** True when a person looks at stdout. */
  terminal: boolean;
  print(line: string): void;
  say(line: string): void;
}

/** Exit codes: 0 done or all is well, 1 not, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  /** Such as `retry UPLOAD_ID …`. */
  usage: string;
  /** One line. */
  summary: string;
  /** Arguments at least, and at most. */
  takes: [number, number];
  run(args: string[], ports: CommandPorts, output: Output): Promise<ExitCode>;
}

/** Something that a person can mend. Its message says how. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}
