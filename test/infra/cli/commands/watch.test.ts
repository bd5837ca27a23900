import { describe, expect, it } from 'vitest';
import { printNews } from '../../../../infra/cli/commands/watch.ts';
import type { StackPorts } from '../../../../infra/operations/stack-ports.ts';
import { type ListedExecution, listing } from '../../../harness/listed-executions.ts';

const upload = (name: string, startedAt: number, statuses: Pick<ListedExecution, 'status' | 'described'>) => ({
  name,
  startedAt,
  ...statuses,
  data: JSON.stringify({
    upload: { uploadId: name, account: name.split('-')[0], object: { key: `${name}.mp4` } },
    finalEvent: { detail: { status: 'succeeded' } },
  }),
});

/** Runs watch against a list of executions that changes with each poll. @returns printed lines as `name state` */
async function watched(
  looks: ListedExecution[][],
  whenListed: (look: number) => void = () => {},
  account?: string,
): Promise<string[]> {
  const stopped = new AbortController();
  const lines: string[] = [];
  const said: string[] = [];
  let look = -1;
  const { ports } = listing(() => looks[Math.min(look, looks.length - 1)] ?? []);
  const { send } = ports.states;
  ports.states.send = (async (command: object) => {
    if (command.constructor.name !== 'ListExecutionsCommand') return send(command as never);
    look++;
    if (look === looks.length) stopped.abort();
    whenListed(look);
    return send(command as never);
  }) as typeof send;
  const print = (line: string) => {
    const { upload, state } = JSON.parse(line);
    lines.push(`${upload.uploadId} ${state}`);
  };
  const output = { json: true, print, say: (line: string) => void said.push(line) };
  await printNews(ports as StackPorts, output, stopped.signal, { account, everyMs: 5 });
  return [...lines, ...said];
}

describe('watch', () => {
  it('prints a final status only once if the upload ends between the list and the description', async () => {
    const early = upload('early', 1, { status: 'RUNNING', described: 'SUCCEEDED' });
    const late = upload('early', 1, { status: 'SUCCEEDED' });
    expect(await watched([[], [early], [early], [late], [late]])).toEqual(['early succeeded']);
  });

  it('prints an upload when it appears and when it ends, but not an upload that ended before the watch started', async () => {
    const old = upload('old', 1, { status: 'SUCCEEDED' });
    const running = upload('new', 2, { status: 'RUNNING' });
    const ended = upload('new', 2, { status: 'SUCCEEDED' });
    expect(await watched([[old], [running, old], [running, old], [ended, old], [ended, old]])).toEqual([
      'new following',
      'new succeeded',
    ]);
  });

  it('prints only the uploads of one account', async () => {
    const uploads = ['a-one', 'b-two'].map((name) => upload(name, 1, { status: 'SUCCEEDED' }));
    expect(await watched([[], uploads, uploads], () => {}, 'b')).toEqual(['b-two succeeded']);
  });

  it('prints the final status of an upload that is older than all listed uploads', async () => {
    const running = upload('slow', 1, { status: 'RUNNING' });
    const others = Array.from({ length: 200 }, (_, index) => upload(`o${index}`, 9 + index, { status: 'SUCCEEDED' }));
    const ended = upload('slow', 1, { status: 'SUCCEEDED' });
    const lines = await watched([[running], [running], [...others].reverse().concat(ended)]);
    expect(lines.filter((line) => line.startsWith('slow'))).toEqual(['slow following', 'slow succeeded']);
  });

  it('keeps watching after a failed request, and prints the same error only once', async () => {
    const running = upload('new', 1, { status: 'RUNNING' });
    const fail = (look: number) => {
      if (look === 2 || look === 3) throw new Error('Rate exceeded.');
    };
    const lines = await watched([[], [], [running], [running], [running]], fail);
    expect(lines).toEqual(['new following', 'Rate exceeded. Still watching.']);
  });
});
