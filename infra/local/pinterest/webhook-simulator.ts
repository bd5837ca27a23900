import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebhookSimulator {
  /** URL of the webhook. As in Slack, the path is secret. */
  url: string;
  /** The accepted texts, in order of arrival. */
  messages: readonly string[];
  /** Makes the next requests fail with status 503, this many times. */
  refuse(times: number): void;
  /** Number of requests that failed with status 503 so far. */
  refused(): number;
  close(): Promise<void>;
}

/**
 * Simulates Slack's incoming webhooks on loopback.
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export async function startWebhookSimulator({
  onMessage,
}: {
  onMessage?: (text: string) => void;
} = {}): Promise<WebhookSimulator> {
  const messages: string[] = [];
  let [refusals, refused] = [0, 0];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (refusals > 0) {
      refusals--;
      refused++;
      response.writeHead(503).end('service_unavailable');
      return;
    }
    const text = textOf(Buffer.concat(chunks).toString());
    if (request.method !== 'POST' || request.url !== '/services/T0/B0/simulated' || text === undefined) {
      response.writeHead(400).end('invalid_payload');
      return;
    }
    messages.push(text);
    onMessage?.(text);
    response.writeHead(200).end('ok');
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/simulated`,
    messages,
    refuse: (times) => {
      refusals = times;
    },
    refused: () => refused,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textOf(body: string): string | undefined {
  try {
    const { text } = JSON.parse(body);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
