import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CodeBlock, inWords, PROJECT } from './markdown.ts';

/** Declarations that the blocks expect in the reader's own code. */
const READERS_OWN = `
declare function publish(mediaId: string, about?: string | Record<string, string>): Promise<void>;
declare function report(...words: string[]): Promise<void>;
declare function handler(event: unknown): Promise<void>;
declare const subscriber: import('aws-cdk-lib/aws-lambda').IFunction;
declare const myBucket: import('aws-cdk-lib/aws-s3').IBucket;
declare const myRole: import('aws-cdk-lib/aws-iam').IRole;
declare const myQueue: import('aws-cdk-lib/aws-sqs').IQueue;
declare const eventBusName: string;
`;

/** Converts a block to a module. A block that uses `this` becomes the body of a stack's constructor. */
export function moduleOf({ text }: Pick<CodeBlock, 'text'>): string {
  if (!/\bthis\b/.test(text)) return `${text}\nexport {};\n`;
  const lines = text.split('\n');
  const body = lines.findIndex((line) => line !== '' && !line.startsWith('import '));
  return [
    "import { Stack } from 'aws-cdk-lib';",
    ...lines.slice(0, body),
    'export class ReadersStack extends Stack {',
    '  constructor() {',
    '    super();',
    ...lines.slice(body),
    '  }',
    '}',
  ].join('\n');
}

/** Compiles modules, given by file name, in a new project. @returns the compiler's output; empty without errors */
export async function compiled(modules: Record<string, string>): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-snippets-'));
  try {
    const compilerOptions = {
      noUnusedLocals: false,
      noUnusedParameters: false,
      exactOptionalPropertyTypes: false,
      paths: {
        pindrop: [join(PROJECT, 'infra/stack/index.ts')],
        'pindrop/events': [join(PROJECT, 'shared/events/index.ts')],
        'pindrop/pinterest': [join(PROJECT, 'shared/pinterest/index.ts')],
      },
    };
    const tsconfig = { extends: join(PROJECT, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(tsconfig));
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(directory, 'readers-own.d.ts'), READERS_OWN);
    for (const [name, text] of Object.entries(modules)) writeFileSync(join(directory, name), text);
    symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
    const compiler = join(PROJECT, 'node_modules/typescript/bin/tsc');
    return await new Promise((resolve) =>
      execFile(process.execPath, [compiler, '--project', directory], { cwd: directory }, (_failed, stdout, stderr) =>
        resolve(stdout + stderr),
      ),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A file name that tells a person the block's page and line. */
export const fileOf = (block: CodeBlock) => `${inWords(block).replaceAll(/[/:.]/g, '-')}.ts`;
