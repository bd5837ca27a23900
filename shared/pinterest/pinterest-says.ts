const MAX_SENTENCE = 300;
const TOKENS = /pin[ar]_[\w-]+/g;

/**
 * Pinterest's own message, made safe for events and logs.
 * @param secrets values to remove if Pinterest repeats them; tokens are always removed
 * @returns undefined when there is no message
 */
export function pinterestSays(sentence: string | undefined, secrets: string[] = []): string | undefined {
  let said = sentence?.trim().slice(0, MAX_SENTENCE).replace(TOKENS, '(token)') ?? '';
  for (const secret of secrets) if (secret !== '') said = said.replaceAll(secret, '(secret)');
  return said || undefined;
}
