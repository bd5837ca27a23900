import { setTimeout as wait } from 'node:timers/promises';
import { accountNames, requireKnownAccount } from '../../operations/accounts.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import { described, executionsNewestFirst, type KnownUpload } from '../../operations/uploads.ts';
import type { ExitCode, Output } from '../command.ts';

/** The exit code of a program that Ctrl+C ended. `npm start` uses the same code. */
const INTERRUPTED = 130;
const EVERY_MS = 2000;
/** How many of the newest executions are listed at each poll. If more start between two polls, some are not printed. */
const LOOKED_AT = 200;

/**
 * Prints news about uploads until Ctrl+C.
 * @param account prints only the uploads of this account
 * @throws AccountError when the stack has no such account
 */
export async function watch(account: string | undefined, ports: StackPorts, output: Output): Promise<ExitCode> {
  requireKnownAccount(account, accountNames(ports));
  const stopped = new AbortController();
  // SIGINT can arrive twice: from the terminal, and forwarded by npm. The second signal may end this process while it
  // exits. The shell then reports exit code 130.
  process.on('SIGINT', () => stopped.abort());
  output.say('Watching. Ctrl+C stops.');
  await printNews(ports, output, stopped.signal, { account });
  return INTERRUPTED;
}

/** Prints each upload when it is first seen, and once when it ends. */
export async function printNews(
  ports: StackPorts,
  output: Output,
  signal: AbortSignal,
  { account, everyMs = EVERY_MS }: { account?: string | undefined; everyMs?: number } = {},
): Promise<void> {
  const look = await newsOf(ports);
  let lastProblem = '';
  while (!signal.aborted) {
    try {
      for await (const known of look()) {
        if (account !== undefined && known.upload.account !== account) continue;
        output.print(output.json ? JSON.stringify(known) : sentence(known));
      }
      lastProblem = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== lastProblem) output.say(`${message} Still watching.`);
      lastProblem = message;
    }
    await wait(everyMs, undefined, { signal }).catch(() => {});
  }
}

/**
 * Prepares a function that polls once and yields the uploads that changed since the previous poll. Uploads that had
 * ended before the first poll are not included.
 */
async function newsOf(ports: StackPorts): Promise<() => AsyncGenerator<KnownUpload, void>> {
  /**
   * The uploads that were printed, by execution name. `ended` comes from the printed state: the listed status may be
   * older.
   */
  const printed = new Map<string, { ended: boolean }>();
  const listed = async () => (await Array.fromAsync(executionsNewestFirst(LOOKED_AT, ports))).reverse();
  const before = await listed();
  for (const { name = '', status } of before) if (status !== 'RUNNING') printed.set(name, { ended: true });
  return async function* look() {
    const executions = await listed();
    const names = new Set(executions.map(({ name }) => name));
    const changed = executions.filter(({ name = '', status }) => {
      const known = printed.get(name);
      return !known || (!known.ended && status !== 'RUNNING');
    });
    // Uploads that are too old for the list may still end.
    const unlisted = [...printed].flatMap(([name, { ended }]) => (ended || names.has(name) ? [] : [{ name }]));
    for await (const known of described([...unlisted, ...changed], ports)) {
      const { uploadId } = known.upload;
      const ended = known.state !== 'following';
      if (printed.has(uploadId) && !ended) continue;
      printed.set(uploadId, { ended });
      yield known;
    }
  };
}

function sentence({ upload, state, finalEvent }: KnownUpload): string {
  const time = new Date().toISOString().slice(11, 19);
  const why = finalEvent?.detail.status === 'failed' ? `: ${finalEvent.detail.failure.message}` : '';
  const { account, mediaId, object } = upload;
  const ids = [...(account === undefined ? [] : [account]), ...(mediaId === undefined ? [] : [`media ${mediaId}`])];
  return `${time}  ${object.key}  ${state}${ids.length === 0 ? '' : ` (${ids.join(', ')})`}${why}`;
}
