/** Account and region of a stack on this machine: the values that AWS emulators use. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** The parts of the ARNs and URLs of a stack's resources. */
export interface StackEnvironment {
  account: string;
  region: string;
  /** URL of the endpoint. */
  endpoint: string;
}

/** @returns the ARN of a resource. For a Lambda function, `service` is `lambda` and `resource` is `function:NAME` */
export const arnOf = ({ region, account }: StackEnvironment, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
