import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

/** The context that cdk.json has. */
export async function projectContext(): Promise<Record<string, unknown>> {
  const { context = {} } = JSON.parse(await readFile(join(PROJECT, 'cdk.json'), 'utf8'));
  return context;
}

/**
 * Synthesizes the stack as `cdk synth` would: the same app, and the context of cdk.json with the given one over it.
 * @param outputDirectory where the assembly (template, bundles) goes
 * @throws Error with what the app said, when it did not synthesize
 */
export async function synthesize(outputDirectory: string, context: Record<string, unknown>): Promise<void> {
  const own = await projectContext();
  const app = spawn(process.execPath, [join(PROJECT, 'infra/app.ts')], {
    cwd: PROJECT,
    env: {
      ...process.env,
      // The app has no use for it, and the bundler that it starts neither.
      PINTEREST_ACCESS_TOKEN: '',
      // The local runtime stops at what it does not know. CloudFormation's own rules take longer than the rest of the synth,
      // and `npm run synth` checks them.
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: outputDirectory,
      CDK_CONTEXT_JSON: JSON.stringify({ ...own, ...context }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [app.stdout, app.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => app.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`The stack does not synthesize:\n${said.trim()}`);
  // On Lambda no package.json is above the bundles. Here the project's own would make ES modules of them.
  await writeFile(join(outputDirectory, 'package.json'), '{}\n');
}
