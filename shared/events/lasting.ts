import { z } from 'zod';

/**
 * An object of the event contract. At run time it keeps unknown properties, because a later version may add some. Its
 * type has only the known properties, so that no unknown property is read or sent by mistake.
 */
export const lastingObject = ((shape: z.core.$ZodLooseShape) => z.looseObject(shape)) as unknown as typeof z.object;

/** One of these words, or a word that a later version adds. */
export const lastingEnum = <const Word extends string>(words: readonly Word[]) =>
  z.union([z.enum(words), z.string() as unknown as z.ZodType<string & {}, string & {}>]);

export const instant = z.iso.datetime().describe('ISO 8601, UTC');
