import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/**
 * Implements the AWS CLI commands that the pages use, with the SDK, for machines without the AWS CLI. It rejects
 * unknown options, and sends the requests to AWS_ENDPOINT_URL.
 */

/** CLI service names that differ from the name of the SDK's package. */
const PACKAGES: Record<string, string> = { secretsmanager: 'secrets-manager', stepfunctions: 'sfn' };

type Options = Map<string, string>;

/** @throws Error for a word that is not an option, and for an option without a value */
function optionsIn(words: string[]): Options {
  const options: Options = new Map();
  for (let index = 0; index < words.length; index += 2) {
    const [name = '', value] = words.slice(index, index + 2);
    if (!name.startsWith('--') || value === undefined)
      throw new Error(`Unknown options: ${words.slice(index).join(' ')}`);
    options.set(name.slice(2), value);
  }
  return options;
}

/** @throws Error that names the options that were not used */
function allUsed(options: Options): void {
  if (options.size > 0) throw new Error(`Unknown options: ${[...options.keys()].join(', ')}`);
}

function take(options: Options, name: string): string | undefined {
  const value = options.get(name);
  options.delete(name);
  return value;
}

/** Parses a map, written as JSON or in the CLI's shorthand syntax. */
function metadataIn(text: string): Record<string, string> {
  if (text.startsWith('{')) return JSON.parse(text);
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name, value] = /^([\w-]+)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new Error(`Expected: '=', received: '${pair}'`);
      return [name, value];
    }),
  );
}

async function copy([source = '', target = '', ...words]: string[], client: object): Promise<void> {
  const options = optionsIn(words);
  const Metadata = metadataIn(take(options, 'metadata') ?? '{}');
  allUsed(options);
  const [, Bucket, path = ''] = /^s3:\/\/([a-z0-9.-]+)\/(.*)$/.exec(target) ?? [];
  if (Bucket === undefined) throw new Error(`${target} is no s3://bucket/key.`);
  const Key = path === '' || path.endsWith('/') ? `${path}${basename(source)}` : path;
  const Body = await readFile(source);
  const put = new PutObjectCommand({ Bucket, Key, Body, ContentType: 'video/mp4', Metadata });
  const { VersionId } = await new S3Client(client).send(put);
  // The real CLI does not print the version id. The tests need it to find the final event.
  process.stderr.write(`${JSON.stringify(VersionId)}\n`);
  process.stdout.write(`upload: ${source} to s3://${Bucket}/${Key}\n`);
}

const pascal = (kebab: string) => kebab.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());

/** Runs an operation of any service whose SDK client is installed. The options are the members of the request. */
async function call(service: string, operation: string, words: string[], client: object): Promise<void> {
  const sdk = await import(`@aws-sdk/client-${PACKAGES[service] ?? service}`);
  const Command = sdk[`${pascal(operation)}Command`];
  const schema = sdk[`${pascal(operation)}Request$`] ?? sdk[`${pascal(operation)}Input$`];
  if (!Command || !schema) throw new Error(`argument operation: Invalid choice: ${operation}`);
  const options = optionsIn(words);
  // The SDK's schema is an array: kind, namespace, name, traits, member names, and so on.
  const members = (schema[4] as string[]).flatMap((member) => {
    const value = take(options, member.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase());
    return value === undefined ? [] : [[member, value] as const];
  });
  allUsed(options);
  const Client = Object.entries(sdk).find(([name]) => /^(?!_+)\w+Client$/.test(name) && !name.startsWith('__'))?.[1];
  if (typeof Client !== 'function') throw new Error(`${service} has no client.`);
  const { $metadata: _, ...answer } = await new (
    Client as new (
      options: object,
    ) => { send(command: object): Promise<object & { $metadata?: unknown }> }
  )(client).send(new Command(Object.fromEntries(members)));
  process.stdout.write(`${JSON.stringify(answer, null, 4)}\n`);
}

async function run(words: string[]): Promise<void> {
  const client: { endpoint?: string } = {};
  if (words[0] === '--endpoint-url') [, client.endpoint] = words.splice(0, 2);
  const [service = '', operation = '', ...rest] = words;
  if (service === 's3' && operation === 'cp') await copy(rest, client);
  else await call(service, operation, rest, client);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 255;
}
