import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../infra/local/start/synthesize.ts';

/** A function as it would be deployed. */
export interface BundledFunction {
  directory: string;
  /** The bundle's path. */
  path: string;
  /** For example `index.handler`. */
  handler: string;
  memoryMegabytes: number;
  /** Environment variables. A value that is not a plain string in the template is replaced by the variable's name. */
  environment: Record<string, string>;
}

export interface Assembly {
  /** @param name the function's folder below functions/ */
  bundled(name: string): BundledFunction;
  remove(): void;
}

interface FunctionProperties {
  Code: { S3Key: string };
  Handler: string;
  MemorySize?: number;
  Environment?: { Variables: Record<string, unknown> };
}

/** Synthesizes the stack and finds the function bundles that would be deployed. */
export async function assemble(settings: Record<string, unknown> = {}): Promise<Assembly> {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-bundles-'));
  await synthesize(directory, settings);
  const { Resources } = JSON.parse(readFileSync(join(directory, 'Pindrop.template.json'), 'utf8'));
  const functions = new Map<string, BundledFunction>();
  for (const { Type, Properties } of Object.values<{ Type: string; Properties: FunctionProperties }>(Resources)) {
    const variables = Properties?.Environment?.Variables;
    if (Type !== 'AWS::Lambda::Function' || variables?.['POWERTOOLS_SERVICE_NAME'] === undefined) continue;
    const asset = join(directory, `asset.${Properties.Code.S3Key.replace(/\.zip$/, '')}`);
    functions.set(String(variables['POWERTOOLS_SERVICE_NAME']), {
      directory: asset,
      path: join(asset, 'index.js'),
      handler: Properties.Handler,
      memoryMegabytes: Properties.MemorySize ?? 128,
      environment: Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : name]),
      ),
    });
  }
  return {
    bundled(name) {
      const found = functions.get(name);
      if (!found) throw new Error(`There is no function ${name} in the stack.`);
      return found;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Environment variables that Lambda sets for every function. */
export const LAMBDA_ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  TZ: ':UTC',
};
