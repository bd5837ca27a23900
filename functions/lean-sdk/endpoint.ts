/** A service of AWS, by the names that it goes by. */
export interface Service {
  /** In environment variables: `AWS_ENDPOINT_URL_<id>`. */
  id: string;
  /** In host names: `<host>.<region>.amazonaws.com`. */
  host: string;
  /** In signatures. */
  signingName: string;
}

export interface Endpoint {
  url: URL;
  /** True for an address of AWS, false for one that was given. */
  isAws: boolean;
}

/** @throws Error when the function's environment lacks a variable that Lambda sets */
export function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name}, which Lambda sets, is missing.`);
  return value;
}

/** Where a service is reached: the address that the environment gives, or AWS's in the function's region. */
export function endpointOf({ id, host }: Service): Endpoint {
  const given = process.env[`AWS_ENDPOINT_URL_${id}`] || process.env['AWS_ENDPOINT_URL'];
  if (given) return { url: new URL(given), isAws: false };
  // Other partitions (China, for one) have another suffix, which only CloudFormation knows for certain.
  const suffix = process.env['URL_SUFFIX'] || 'amazonaws.com';
  return { url: new URL(`https://${host}.${needed('AWS_REGION')}.${suffix}`), isAws: true };
}
