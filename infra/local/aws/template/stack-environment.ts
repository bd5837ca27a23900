/** Where a stack on this machine pretends to be: what emulators of AWS use. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** What the ARNs and URLs of a stack's resources are made of. */
export interface StackEnvironment {
  account: string;
  region: string;
  /** URL of the endpoint. */
  endpoint: string;
}

/** @returns the ARN of a resource, such as `function:NAME` of `lambda` */
export const arnOf = ({ region, account }: StackEnvironment, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
