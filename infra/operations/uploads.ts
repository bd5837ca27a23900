import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  ListExecutionsCommand,
} from '@aws-sdk/client-sfn';
import { pMapIterable } from 'p-map';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import { executionArn } from '../../shared/upload/execution-arn.ts';
import { outputOf } from './stack-outputs.ts';
import type { StackPorts } from './stack-ports.ts';

/** An upload as its execution describes it. */
export interface KnownUpload extends FollowedUpload {
  /**
   * `following`: Pinterest has the file, and the execution is running. `broken`: the execution ended without a final
   * event.
   */
  state: 'following' | 'succeeded' | 'failed' | 'broken';
}

export type UploadPorts = Pick<StackPorts, 'states' | 'outputs' | 'stackName'>;

/** Maximum number of simultaneous DescribeExecution calls. */
const CONCURRENCY = 10;
/** The maximum number of executions in one response of ListExecutions. */
const PAGE = 1000;

/** @returns undefined when no execution with this name follows an upload */
export async function findUpload(uploadId: string, ports: UploadPorts): Promise<KnownUpload | undefined> {
  try {
    const { status, input, output } = await ports.states.send(
      new DescribeExecutionCommand({ executionArn: executionArn(outputOf(ports, 'StateMachineArn'), uploadId) }),
    );
    const followed: FollowedUpload = JSON.parse(output ?? input ?? '{}');
    // An operator may have started an execution manually, with another input.
    return followed.upload && { ...followed, state: stateOf(status, followed) };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/**
 * Describes executions and keeps their order. Runs ten requests at a time, and only while the caller consumes the
 * results.
 */
export async function* described(
  executions: Iterable<Pick<ExecutionListItem, 'name'>> | AsyncIterable<Pick<ExecutionListItem, 'name'>>,
  ports: UploadPorts,
): AsyncGenerator<KnownUpload, void> {
  const found = pMapIterable(executions, ({ name = '' }) => findUpload(name, ports), { concurrency: CONCURRENCY });
  for await (const upload of found) if (upload) yield upload;
}

/** @param limit maximum number of executions to read */
export const newestUploads = (limit: number, ports: UploadPorts): AsyncGenerator<KnownUpload, void> =>
  described(executionsNewestFirst(limit, ports), ports);

/** @param limit how many of the newest uploads are searched */
export async function findUploadOfMedia(mediaId: string, limit: number, ports: UploadPorts) {
  for await (const known of newestUploads(limit, ports)) if (known.upload.mediaId === mediaId) return known;
  return undefined;
}

/**
 * Lists the executions of the state machine, newest first. Requests a page only when the caller needs it.
 * AWS lists executions in this order. Some emulators list the oldest first; then all pages are read and sorted.
 * @param limit maximum number of executions
 */
export async function* executionsNewestFirst(
  limit: number,
  ports: UploadPorts,
): AsyncGenerator<ExecutionListItem, void, undefined> {
  const maxResults = Math.min(PAGE, limit);
  let left = limit;
  for await (const page of newestPagesFirst(pages(maxResults, ports))) {
    for (const execution of page.slice(0, left)) yield execution;
    left -= page.length;
    if (left <= 0) return;
  }
}

async function* pages(maxResults: number, { states, ...stack }: UploadPorts) {
  const stateMachineArn = outputOf(stack, 'StateMachineArn');
  let nextToken: string | undefined;
  do {
    const page = await states.send(new ListExecutionsCommand({ stateMachineArn, maxResults, nextToken }));
    yield page.executions ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

async function* newestPagesFirst(source: AsyncGenerator<ExecutionListItem[], void, undefined>) {
  const first = await source.next();
  if (first.done) return;
  if (isNewestFirst(first.value)) {
    yield first.value;
    yield* source;
    return;
  }
  const all = [first.value, ...(await Array.fromAsync(source))].flat();
  yield all.sort(byStart);
}

const startedAt = ({ startDate }: ExecutionListItem) => startDate?.getTime() ?? 0;
const byStart = (one: ExecutionListItem, other: ExecutionListItem) => startedAt(other) - startedAt(one);

const isNewestFirst = (page: ExecutionListItem[]) =>
  page.every((execution, index) => index === 0 || byStart(page[index - 1] ?? execution, execution) <= 0);

function stateOf(status: string | undefined, { finalEvent }: FollowedUpload): KnownUpload['state'] {
  if (status === 'RUNNING') return 'following';
  if (status !== 'SUCCEEDED' || !finalEvent) return 'broken';
  return finalEvent.detail.status;
}
