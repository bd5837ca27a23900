import { setTimeout as wait } from 'node:timers/promises';
import type { StackPorts } from '../../operations/stack-ports.ts';
import { described, executionsNewestFirst, type KnownUpload } from '../../operations/uploads.ts';
import type { ExitCode, Output } from '../command.ts';

/** The exit code of a program that Ctrl+C ended, as of `npm start`. */
const INTERRUPTED = 130;
const EVERY_MS = 2000;
/** Uploads that may begin between two looks. */
const LOOKED_AT = 200;

/** Watches until Ctrl+C. */
export async function watch(ports: StackPorts, output: Output): Promise<ExitCode> {
  const stopped = new AbortController();
  // It can come twice: from the terminal, and from npm, which forwards it. The second one may end this process while it
  // exits: 130 is what the shell says then.
  process.on('SIGINT', () => stopped.abort());
  output.say('Watching. Ctrl+C stops.');
  await printNews(ports, output, stopped.signal);
  return INTERRUPTED;
}

/** Prints each upload when it is first seen, and once when it ends. */
export async function printNews(
  ports: StackPorts,
  output: Output,
  signal: AbortSignal,
  everyMs = EVERY_MS,
): Promise<void> {
  const look = await newsOf(ports);
  let lastProblem = '';
  while (!signal.aborted) {
    try {
      for await (const upload of look()) output.print(output.json ? JSON.stringify(upload) : sentence(upload));
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
 * What has changed since the look before. What had ended before the first look is not news.
 * @returns a function that looks once
 */
async function newsOf(ports: StackPorts): Promise<() => AsyncGenerator<KnownUpload, void>> {
  /** By name: whether the ending was printed. An upload may end after it was listed, so the list's status does not tell. */
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
    // Uploads that are older than all that is listed may still end.
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
  return `${time}  ${upload.object.key}  ${state}${upload.mediaId === undefined ? '' : ` (media ${upload.mediaId})`}${why}`;
}
