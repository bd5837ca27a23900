import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `.pindrop` in the checkout; in the current directory where only the package is installed. */
const defaultDirectory = () =>
  import.meta.url.endsWith('.ts') ? fileURLToPath(new URL('../../.pindrop', import.meta.url)) : resolve('.pindrop');

/** Where `npm start` keeps what must survive it. */
export const stateDirectoryOf = ({ PINDROP_STATE_DIR }: NodeJS.ProcessEnv): string =>
  PINDROP_STATE_DIR || defaultDirectory();
