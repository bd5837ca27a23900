import { fileURLToPath } from 'node:url';

/** Where `npm start` keeps what must survive it: PINDROP_STATE_DIR, or `.pindrop` in the project. */
export const stateDirectoryOf = ({ PINDROP_STATE_DIR }: NodeJS.ProcessEnv): string =>
  PINDROP_STATE_DIR || fileURLToPath(new URL('../../.pindrop', import.meta.url));
