import { readFileSync } from 'node:fs';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_SECRET } from '../../../infra/local/aws/local-stack.ts';
import type { InjectedFault } from '../../../infra/local/pinterest/faults.ts';
import type { PinEventDetail } from '../../../shared/events/pin/pin-events.ts';
import { type LocalPindropOptions, startLocalPindrop } from '../../harness/local-pindrop.ts';
import { pinEventOf, pinEvents } from './pin-events.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

const start = (options: LocalPindropOptions = {}) =>
  startLocalPindrop({ ...options, settings: { with: 'publish-pin', pinPatienceSeconds: 4, ...options.settings } });

describe('publish-pin', () => {
  it('publishes one Pin with the fields from the metadata, and reports it on the bus', async () => {
    const pindrop = await start();
    const versionId = await pindrop.drop('clip.mp4', clip, {
      board: '42',
      title: '=?UTF-8?B?RnLDvGhsaW5n?=',
      description: 'All of it',
      link: 'https://example.com/spring',
      alt: 'A clip',
      cover: 'https://example.com/cover.jpg',
    });
    const event = await pinEventOf(pindrop, versionId);
    const [media] = pindrop.simulator.media();
    const [pin, ...others] = pindrop.simulator.pins();
    expect(others).toEqual([]);
    expect(event).toMatchObject({ status: 'published', boardId: '42', mediaId: media?.mediaId, pinId: pin?.pinId });
    expect(pin?.request).toEqual({
      board_id: '42',
      title: 'Frühling',
      description: 'All of it',
      link: 'https://example.com/spring',
      alt_text: 'A clip',
      media_source: {
        source_type: 'video_id',
        media_id: media?.mediaId,
        cover_image_url: 'https://example.com/cover.jpg',
      },
    });
    expect(pinEvents(pindrop)).toHaveLength(1);
  });

  it('publishes each Pin with the token of its Pinterest account, and reports the account', async () => {
    const tokens = { 'brand-a': 'pina_of_brand_a', 'brand-b': 'pina_of_brand_b' };
    const pindrop = await start({
      settings: { accounts: { 'brand-a': { prefix: 'brand-a/' }, 'brand-b': { prefix: 'brand-b/' } } },
      simulator: { accounts: tokens },
      secretValues: Object.fromEntries(
        Object.entries(tokens).map(([name, accessToken]) => [ACCOUNT_SECRET + name, JSON.stringify({ accessToken })]),
      ),
    });
    for (const account of Object.keys(tokens)) {
      const event = await pinEventOf(pindrop, await pindrop.drop(`${account}/clip.mp4`, clip, { board: '42' }));
      expect([event.status, event.account]).toEqual(['published', account]);
    }
    const created = pindrop.simulator.requests.filter(({ operation }) => operation === 'pins_create');
    expect(created.map(({ account }) => account)).toEqual(Object.keys(tokens));
  });

  it('creates one Pin when the event of an upload is redelivered', async () => {
    const pindrop = await start();
    const versionId = await pindrop.drop('clip.mp4', clip, { board: '42' });
    await pinEventOf(pindrop, versionId);
    const [uploaded] = pindrop.observations.flatMap((each) => (each.kind === 'event-put' ? [each.envelope] : []));
    const { endpoint, region, accessKey: credentials } = pindrop.stack;
    const sqs = new SQSClient({ endpoint, region, credentials });
    const QueueUrl = `${endpoint}/000000000000/Pindrop-PublishPinStartUploadsQueue`;
    for (let turn = 0; turn < 5; turn++) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ ...uploaded, id: `${turn}` }) }));
    }
    sqs.destroy();
    await pindrop.until(() => pindrop.log().split('execution already exists').length > 5);
    expect(pindrop.simulator.pins()).toHaveLength(1);
    expect(pinEvents(pindrop)).toHaveLength(1);
  });

  it('creates one Pin even if the response is lost or an error, or Pinterest creates the Pin late', async () => {
    const pindrop = await start();
    const faults: InjectedFault[] = [
      { operation: 'pins_create', fault: { kind: 'stored-not-answered' } },
      { operation: 'pins_create', fault: { kind: 'made-late', milliseconds: 1500 } },
      { operation: 'pins_create', fault: { kind: 'reset' } },
      { operation: 'pins_create', fault: { kind: 'status', status: 429, retryAfterSeconds: 3 } },
      { operation: 'boards_list_pins', fault: { kind: 'status', status: 503 } },
    ];
    for (const fault of faults) {
      const before = pindrop.simulator.pins().length;
      pindrop.simulator.inject(fault);
      const event = await pinEventOf(pindrop, await pindrop.drop('clip.mp4', clip, { board: '42' }));
      const [pin] = pindrop.simulator.pins();
      expect(event, JSON.stringify(fault)).toMatchObject({ status: 'published', pinId: pin?.pinId });
      expect(pindrop.simulator.pins(), JSON.stringify(fault)).toHaveLength(before + 1);
    }
  });

  it('distinguishes identical Pins when the responses to all their requests are lost', async () => {
    const pindrop = await start();
    pindrop.simulator.inject({ operation: 'pins_create', fault: { kind: 'stored-not-answered' }, times: 3 });
    pindrop.simulator.inject({ operation: 'pins_create', fault: { kind: 'reset' }, times: 2 });
    const versions: string[] = [];
    for (let drop = 0; drop < 5; drop++) versions.push(await pindrop.drop(`clip ${drop}.mp4`, clip, { board: '42' }));
    const events: PinEventDetail[] = [];
    for (const versionId of versions) events.push(await pinEventOf(pindrop, versionId));
    const pins = pindrop.simulator.pins();
    expect(pins).toHaveLength(5);
    for (const event of events) {
      const pin = pins.find(({ request }) => request.media_source.media_id === event.mediaId);
      expect(event).toMatchObject({ status: 'published', pinId: pin?.pinId });
    }
  });
});
