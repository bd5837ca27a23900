import { setTimeout as wait } from 'node:timers/promises';
import { queueDepth } from '../../infra/operations/stack-health.ts';
import type { LocalPindrop } from './local-pindrop.ts';
import { portsTo } from './pindrop-command.ts';

/** Waits until the queue is empty and nothing is under way. No event can follow after that. */
export async function rest(pindrop: LocalPindrop): Promise<void> {
  const ports = portsTo(pindrop);
  for (;;) {
    const { ready, inFlight } = await queueDepth(ports.outputs['QueueUrl'] ?? '', ports);
    if (ready + inFlight === 0 && pindrop.stack.unfinished().length === 0) return;
    await wait(200);
  }
}
