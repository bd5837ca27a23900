import { onTestFinished } from 'vitest';
import { startPinterestSimulator } from '../../infra/local/pinterest/simulator.ts';

/**
 * Starts a simulated Pinterest that tells nobody how a file is doing until `answer` is called. Until then every upload
 * stays unfinished, however slowly the test goes on.
 */
export async function unhurriedPinterest() {
  let silent = true;
  const simulator = await startPinterestSimulator({
    processingSeconds: () => 0,
    faults: ({ operation }) =>
      silent && (operation === 'media_get' || operation === 'media_list') ? { kind: 'status', status: 503 } : undefined,
  });
  onTestFinished(() => simulator.close());
  return {
    /** The environment in which `npm start` uploads to it. */
    environment: { PINTEREST_API_URL: simulator.url, PINTEREST_ACCESS_TOKEN: simulator.accessToken },
    answer() {
      silent = false;
    },
  };
}
