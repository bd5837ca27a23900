import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { NodeFunction } from '../stack/function/node-function.ts';

/** The folders of the functions that the construct `Pindrop` deploys. */
const FOLDERS = ['ingest', 'poll', 'report-dead-letter', 'rotate-token'];

/**
 * Bundles the functions and copies the bundles to `dist/functions/`, where the packaged construct finds them. Uses the
 * same construct as `npm run deploy`, so the bundles are the same.
 */
export function bundleFunctions(dist: string): void {
  const assembly = mkdtempSync(join(tmpdir(), 'pindrop-functions-'));
  try {
    const app = new App({ outdir: assembly, context: { 'aws:cdk:enable-asset-metadata': true } });
    const stack = new Stack(app, 'Functions');
    for (const folder of FOLDERS) {
      const { node } = new NodeFunction(stack, folder, { folder });
      const asset = (node.defaultChild as CfnResource).cfnOptions.metadata?.['aws:asset:path'];
      cpSync(join(assembly, asset), join(dist, 'functions', folder), { recursive: true });
    }
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
}
