import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

/** The context in cdk.json. */
export async function projectContext(): Promise<Record<string, unknown>> {
  const { context = {} } = JSON.parse(await readFile(join(PROJECT, 'cdk.json'), 'utf8'));
  return context;
}

/**
 * Synthesizes the stack as `cdk synth` would. It runs the same app with the context of cdk.json.
 * @param outputDirectory directory for the assembly (template, bundles)
 * @param context overrides the context of cdk.json
 * @throws Error with the app's output when the synthesis fails
 */
export async function synthesize(outputDirectory: string, context: Record<string, unknown>): Promise<void> {
  const own = await projectContext();
  const app = spawn(process.execPath, [join(PROJECT, 'infra/app.ts')], {
    cwd: PROJECT,
    env: {
      ...process.env,
      // The app and the bundler that it starts do not need the tokens.
      PINTEREST_ACCESS_TOKEN: '',
      PINTEREST_ACCESS_TOKENS: '',
      // Skip the check against CloudFormation's rules: it takes longer than the rest of the synthesis, and `npm run
      // synth` does it. The local runtime itself rejects resources and properties that it does not know.
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: outputDirectory,
      CDK_CONTEXT_JSON: JSON.stringify({ ...own, ...context }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [app.stdout, app.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => app.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`The synthesis of the stack failed:\n${said.trim()}`);
  // On Lambda, no package.json is above the bundles. On this machine, the project's package.json would turn them into
  // ES modules.
  await writeFile(join(outputDirectory, 'package.json'), '{}\n');
}
