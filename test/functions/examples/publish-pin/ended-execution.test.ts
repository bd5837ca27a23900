import { ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { findEndOfExecution } from '../../../../functions/examples/publish-pin/ended-execution.ts';

const STOPPED = new Date('2026-03-01T10:00:00Z');
const NOW = Date.parse('2026-03-01T12:00:00Z');

/** @param execution undefined when DescribeExecution does not find it */
function endOf(execution: { status: string; detail?: object } | undefined, since: Date) {
  const states = {
    async send() {
      if (!execution) throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
      const { status, detail } = execution;
      return { status, stopDate: STOPPED, output: detail && JSON.stringify({ finalEvent: { detail } }) };
    },
  } as unknown as SFNClient;
  return findEndOfExecution(states, 'arn:', () => NOW)('upload', since);
}

const publishedAt = '2026-03-01T09:59:00.000Z';
const failedAt = '2026-03-01T09:59:00.000Z';

describe('the end of an execution', () => {
  it.each([
    [
      'a published Pin',
      { status: 'SUCCEEDED', detail: { pinId: '7', publishedAt } },
      { pinId: '7', pinnedBy: publishedAt },
    ],
    [
      'a Pin that was refused, of which none was made',
      { status: 'SUCCEEDED', detail: { failedAt, failure: { reason: 'pin_refused' } } },
      { pinId: undefined, pinnedBy: undefined },
    ],
    [
      'a Pin that was given up, and may have been made until then',
      { status: 'SUCCEEDED', detail: { failedAt, failure: { reason: 'gave_up' } } },
      { pinId: undefined, pinnedBy: failedAt },
    ],
    ['an execution stopped by hand', { status: 'ABORTED' }, { pinnedBy: STOPPED.toISOString() }],
    ['a running execution', { status: 'RUNNING' }, undefined],
    ['an execution that is being redriven', { status: 'PENDING_REDRIVE' }, undefined],
  ])('is known for %s', async (_what, execution, end) => {
    expect(await endOf(execution, STOPPED)).toEqual(end);
  });

  it('is assumed for an execution that is not found, unless it is too new to be listed', async () => {
    expect(await endOf(undefined, new Date(NOW - 30 * 60_000))).toBeUndefined();
    expect(await endOf(undefined, new Date(NOW - 2 * 3_600_000))).toEqual({});
  });
});
