import * as z from 'zod/mini';

const secretSchema = z.object({ url: z.url() });
const TIMEOUT_MS = 10_000;

/**
 * Reads the webhook's address from its secret: whoever knows it may post.
 * @throws Error that does not quote the secret
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

/** @throws Error when the webhook did not take the message; it does not say where the webhook is */
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
