const MAX_SENTENCE = 300;
const TOKENS = /pin[ar]_[\w-]+/g;

/**
 * Pinterest's own sentence, fit for events and logs.
 * @param secrets what must not stay in it, should Pinterest repeat it; tokens never stay
 * @returns undefined when there is none
 */
export function pinterestSays(sentence: string | undefined, secrets: string[] = []): string | undefined {
  let said = sentence?.trim().slice(0, MAX_SENTENCE).replace(TOKENS, '(token)') ?? '';
  for (const secret of secrets) if (secret !== '') said = said.replaceAll(secret, '(secret)');
  return said || undefined;
}
