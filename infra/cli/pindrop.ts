import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NotRetryableError, retry } from './retry.ts';
import { deployedStack, localStack } from './stack-location.ts';

const HELP = `Commands for the deployed stack, or with --local for the one of npm start.

  npm run pindrop -- retry UPLOAD_ID …          tries failed uploads again
  npm run pindrop -- retry s3://bucket/key …    uploads objects again as they are now

  --local   the stack on this machine that was started last
  --help    this text

stdout has the new upload ids. Exit code: 0 done, 1 something could not be retried, 2 wrong usage.
`;

const STATE = process.env['PINDROP_STATE_DIR'] ?? fileURLToPath(new URL('../../.pindrop', import.meta.url));

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { local: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, ...whats] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (command !== 'retry' || whats.length === 0) {
    process.stderr.write(HELP);
    return 2;
  }
  const { outputs, client } = values.local ? localStack(STATE) : await deployedStack();
  const ports = {
    outputs,
    s3: new S3Client(client),
    states: new SFNClient(client),
    sqs: new SQSClient({ ...client, useQueueUrlAsEndpoint: false }),
  };
  let code = 0;
  for (const what of whats) {
    try {
      process.stdout.write(`${await retry(what, ports)}\n`);
    } catch (error) {
      if (!(error instanceof NotRetryableError)) throw error;
      process.stderr.write(`${error.message}\n`);
      code = 1;
    }
  }
  return code;
}

try {
  process.exitCode = await run();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const sentence =
    code === 'ECONNREFUSED' ? 'The stack on this machine is not up: run npm start in another terminal.' : message;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}
