import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const COMMAND = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** Bundles the operator's command with all its imports, so that `npx pindrop` installs nothing else. */
export async function bundleCommand(dist: string): Promise<void> {
  const outfile = `${dist}cli/pindrop.js`;
  await build({
    entryPoints: [COMMAND],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: {
      // Some dependencies are CommonJS modules and load Node's built-in modules with require().
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  });
  chmodSync(outfile, 0o755);
}
