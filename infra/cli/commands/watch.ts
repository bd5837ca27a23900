import { setTimeout as wait } from 'node:timers/promises';
import { findUpload, type KnownUpload, newestExecutions } from '../../operations/uploads.ts';
import type { Command, CommandPorts, Output } from '../command.ts';

const EVERY_MS = 2000;
/** Uploads that may begin between two looks. */
const LOOKED_AT = 200;

export const watchCommand: Command = {
  usage: 'watch',
  summary: 'says what becomes of files from now on, until Ctrl+C',
  takes: [0, 0],
  async run(_args, ports, output) {
    const stopped = new AbortController();
    // It may come twice: from the terminal, and from npm, which hands on what it got.
    process.on('SIGINT', () => stopped.abort());
    output.say('Watching. Ctrl+C stops.');
    await watch(ports, output, stopped.signal);
    return 0;
  },
};

/** Prints each upload when it is first seen, and when it ends. */
export async function watch(ports: CommandPorts, output: Output, signal: AbortSignal): Promise<void> {
  const said = new Map<string, string>();
  /** The names of those whose status is another than it was. */
  const news = async () => {
    const executions = (await newestExecutions(LOOKED_AT, ports)).reverse();
    return executions.flatMap(({ name = '', status = '' }) => {
      if (said.get(name) === status) return [];
      said.set(name, status);
      return [{ name, ended: status !== 'RUNNING' }];
    });
  };
  for (let first = true; !signal.aborted; first = false) {
    for (const { name, ended } of await news()) {
      // What had ended before is no news.
      if (first && ended) continue;
      const upload = await findUpload(name, ports);
      if (upload) output.print(output.json ? JSON.stringify(upload) : sentence(upload));
    }
    await wait(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

function sentence({ upload, state, finalEvent }: KnownUpload): string {
  const time = new Date().toISOString().slice(11, 19);
  const why = finalEvent?.detail.status === 'failed' ? `: ${finalEvent.detail.failure.message}` : '';
  return `${time}  ${upload.object.key}  ${state}${upload.mediaId === undefined ? '' : ` (media ${upload.mediaId})`}${why}`;
}
