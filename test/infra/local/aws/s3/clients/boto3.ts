import { fileURLToPath } from 'node:url';
import { OPERATIONS, type S3Client } from './operations.ts';

const CHECKS = fileURLToPath(new URL('boto3-checks.py', import.meta.url));
/** Operations of command-line clients that boto3 has no call for. */
const NOT_ITS_OWN = new Set(['sync twice', 'move']);

/** Each operation is a function in boto3-checks.py. */
export const BOTO3: S3Client = {
  name: 'boto3',
  version: 'python3 -c "import boto3; print(boto3.__version__)"',
  scripts: Object.fromEntries(
    OPERATIONS.filter((name) => !NOT_ITS_OWN.has(name)).map((name) => [name, `python3 '${CHECKS}' '${name}'`]),
  ),
};
