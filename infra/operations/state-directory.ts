import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `.pindrop` in the checkout, or in the current directory when only the npm package is installed. */
const defaultDirectory = () =>
  import.meta.url.endsWith('.ts') ? fileURLToPath(new URL('../../.pindrop', import.meta.url)) : resolve('.pindrop');

/** The directory for the files of `npm start` that must survive a restart. */
export const stateDirectoryOf = ({ PINDROP_STATE_DIR }: NodeJS.ProcessEnv): string =>
  PINDROP_STATE_DIR || defaultDirectory();
