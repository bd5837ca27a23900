import * as z from 'zod/mini';

const secretSchema = z.object({ url: z.url() });
const TIMEOUT_MS = 10_000;

/**
 * Parses the webhook's address from its secret. Anyone who knows the address can post.
 * @throws Error whose message does not contain the secret
 */
export function webhookUrl(secret: string | undefined): URL {
  let parsed: unknown;
  try {
    parsed = JSON.parse(secret ?? '');
  } catch {
    parsed = undefined;
  }
  const checked = secretSchema.safeParse(parsed);
  const url = checked.success ? new URL(checked.data.url) : undefined;
  const loopback = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return url;
  throw new Error('The webhook secret is not JSON with an https url in it: { "url": "https://hooks.slack.com/…" }.');
}

/** @throws Error when the webhook did not accept the message; its message does not contain the address */
export async function postMessage(url: URL, message: { text: string }): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(message),
  }).catch((cause: unknown) => {
    throw new Error(`The webhook did not answer (${(cause as Error).name}).`);
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
}
