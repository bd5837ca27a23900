import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { NodeFunction } from '../stack/function/node-function.ts';

/**
 * Bundles functions with the construct that `npm run deploy` uses, so the bundles are the same.
 * @param folders the functions' folders, below functions/
 * @param target directory that gets a folder for each bundle, as `NodeFunction` expects them
 */
export function bundleFunctions(folders: readonly string[], target: string): void {
  const assembly = mkdtempSync(join(tmpdir(), 'pindrop-functions-'));
  try {
    const app = new App({ outdir: assembly, context: { 'aws:cdk:enable-asset-metadata': true } });
    const stack = new Stack(app, 'Functions');
    for (const folder of folders) {
      const { node } = new NodeFunction(stack, folder.replaceAll('/', '-'), { folder });
      const asset = (node.defaultChild as CfnResource).cfnOptions.metadata?.['aws:asset:path'];
      cpSync(join(assembly, asset), join(target, folder), { recursive: true });
    }
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
}
