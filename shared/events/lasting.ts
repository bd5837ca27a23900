import { z } from 'zod';

/**
 * An object of the contract. At run time it keeps what it does not know, since a later version may add to it; its type has what is
 * known, so that nothing else is read or sent by mistake.
 */
export const lastingObject = ((shape: z.core.$ZodLooseShape) => z.looseObject(shape)) as unknown as typeof z.object;

/** One of these words, or one that a later version adds. */
export const lastingEnum = <const Word extends string>(words: readonly Word[]) =>
  z.union([z.enum(words), z.string() as unknown as z.ZodType<string & {}, string & {}>]);

export const instant = z.iso.datetime().describe('ISO 8601, UTC');
