import type { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { scopesInWords } from '../../../shared/pinterest/scopes.ts';
import { signInCommand } from '../../../shared/upload/sign-in.ts';

/** What a refusal of Pinterest calls for. */
export interface RefusalAdvice {
  /** True when the same request may be accepted later. */
  passes?: boolean;
  /** A sentence without a full stop. */
  advice: string;
}

const TRIAL =
  "The app has trial access, which makes Pins only in Pinterest's sandbox: set pinterestApiUrl to https://api-sandbox.pinterest.com/v5 and sign in with a sandbox token, or apply for standard access at developers.pinterest.com";
const signInAgain = (operation: PinterestError['operation'], account: string | undefined) =>
  `The access token lacks a scope: ${operation} needs ${scopesInWords(operation)}. Sign in again with ${signInCommand(account)}`;

/** Sentences of Pinterest that do not have a code of their own, with what to do. The first match counts. */
const SENTENCES: [RegExp, RefusalAdvice][] = [
  [/combat spam|try again later/i, { passes: true, advice: 'Pinterest limits the Pins of this account for a while' }],
  [
    /media\b.*\b(not (yet )?(ready|processed|finished)|still|processing|registered)|could not fetch the image|something went wrong on our end/i,
    { passes: true, advice: 'Pinterest needs more time' },
  ],
  [
    /\bcover_image|\bcover\b|\bimage\b/i,
    { advice: 'Check the cover: a picture (JPEG or PNG) that Pinterest can fetch, or seconds into the video' },
  ],
  [
    /\bmedia\b/i,
    {
      advice:
        "This account cannot use the media: it was uploaded with another account's token, or Pinterest has deleted it. Check which account the token belongs to",
    },
  ],
  [/\bsection\b/i, { advice: 'Check the section: npm run pindrop -- boards lists the sections of each board' }],
  [
    /\bboard\b/i,
    {
      advice: 'Check the board: npm run pindrop -- boards lists the boards of this account',
    },
  ],
  [
    /\b(link|url|domain|website|spam|blocked)\b/i,
    { advice: 'Pinterest does not accept the link or the text: change the link, the title or the description' },
  ],
];

/**
 * What to do after a response that is not a success. Pinterest documents codes for few cases, so its words count.
 * @param account the name of the Pinterest account; undefined without the setting `accounts`
 */
export function refusalAdvice(
  { operation, status, code, says = '', scopeMissing }: PinterestError,
  account?: string,
): RefusalAdvice {
  if (/trial access|standard access|consumer type/i.test(says)) return { advice: TRIAL };
  if (scopeMissing || (status === 403 && /scope|sufficient permission/i.test(says)))
    return { advice: signInAgain(operation, account) };
  if (status === 403 && code === 29 && !/\b(board|media|link)\b/i.test(says))
    return {
      advice: `Check that the token has the scopes ${scopesInWords(operation)}, that the board is yours, and that the app has more than trial access`,
    };
  const [, advice] = SENTENCES.find(([pattern]) => pattern.test(says)) ?? [];
  return advice ?? { advice: 'Check the board and the other fields of the Pin' };
}
