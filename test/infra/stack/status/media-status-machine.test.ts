import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { POLLING_BROKE } from '../../../../infra/stack/status/media-status-machine.ts';
import { mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { finalEventDetailSchema } from '../../../../shared/events/schema.ts';
import { type FollowedUpload, finalEvent } from '../../../../shared/upload/execution.ts';
import { machineDefinition, synthesized } from '../synthesized.ts';

const definition = machineDefinition(synthesized()) as unknown as StateMachineDefinition;

const { object, timeline } = mediaUploadSucceededExample;
const followed: FollowedUpload = {
  upload: { uploadId: 'clip-1', mediaId: '5212', object, timeline: { droppedAt: timeline.droppedAt } },
  polls: 0,
  waitSeconds: 5,
};
const now = new Date('2026-03-01T09:01:00.000Z');
const succeeded = (from: FollowedUpload) => ({
  ...from,
  finalEvent: finalEvent(from.upload, 1, now, { status: 'succeeded' }),
});

interface Run {
  ask?: (input: FollowedUpload) => Promise<unknown>;
  put?: (entries: unknown) => Promise<unknown>;
}

/** Runs the synthesized definition without waits, and collects the events that it puts on the bus. */
async function run(input: FollowedUpload, { ask, put }: Run = {}) {
  const entries: { Source: string; DetailType: string; Detail: unknown }[] = [];
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false } });
  const { result } = machine.run(JSON.parse(JSON.stringify(input)), {
    context: { State: { EnteredTime: now.toISOString() } },
    overrides: {
      waitTimeOverrides: { 'Wait for Pinterest': 0 },
      retryIntervalOverrides: { 'Ask Pinterest': 0, 'Emit the final event': 0 },
      taskResourceLocalHandlers: {
        'Ask Pinterest': (async (state: unknown) => ask?.(state as FollowedUpload)) as never,
        'Emit the final event': (async (parameters: { Entries: typeof entries }) => {
          await put?.(parameters.Entries);
          entries.push(...parameters.Entries);
          return { FailedEntryCount: 0 };
        }) as never,
      },
    },
  });
  await result;
  return entries;
}

describe('the state machine', () => {
  it('polls until there is a final event, and emits the event once', async () => {
    let asked = 0;
    const entries = await run(followed, {
      ask: async (state) => (++asked < 4 ? { ...state, waitSeconds: 7 } : succeeded(state)),
    });
    expect(asked).toBe(4);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ Source: 'pindrop', DetailType: 'Media Upload Succeeded' });
    expect(finalEventDetailSchema.parse(entries[0]?.Detail)).toMatchObject({ uploadId: 'clip-1', status: 'succeeded' });
  });

  it('emits the final event without a poll when the input already has one', async () => {
    const failure = { reason: 'rejected_file', message: 'It is empty.', retryable: false } as const;
    const input = { ...followed, finalEvent: finalEvent(followed.upload, 0, now, { status: 'failed', failure }) };
    const entries = await run(input);
    expect(entries[0]).toMatchObject({ DetailType: 'Media Upload Failed', Detail: { failure } });
  });

  it('polls again when the function died', async () => {
    let asked = 0;
    const entries = await run(followed, {
      ask: async (state) => {
        if (++asked < 50) throw Object.assign(new Error('killed'), { name: 'Runtime.ExitError' });
        return succeeded(state);
      },
    });
    expect(entries).toHaveLength(1);
  });

  it.each([
    ['', {}],
    [', with its account and its sidecar', { account: 'brand-a', sidecar: { title: 'Spring', polls: 'ours' } }],
  ])('emits one failed event when the poll function always throws%s', async (_, more) => {
    const ask = async () => {
      throw Object.assign(new Error('broken'), { name: 'TypeError' });
    };
    const upload = { ...followed.upload, ...more };
    const entries = await run({ ...followed, upload }, { ask });
    expect(entries).toHaveLength(1);
    const { detail } = finalEvent(upload, 0, now, { status: 'failed', failure: POLLING_BROKE });
    expect(finalEventDetailSchema.parse(entries[0]?.Detail)).toEqual(JSON.parse(JSON.stringify(detail)));
  });

  it('retries the event while the bus refuses it', async () => {
    let puts = 0;
    const entries = await run(succeeded(followed), {
      put: async () => {
        if (++puts < 20) throw Object.assign(new Error('refused'), { name: 'EventBridge.FailedEntry' });
      },
    });
    expect([puts, entries.length]).toEqual([20, 1]);
  });
});
