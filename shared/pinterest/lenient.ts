import * as z from 'zod/mini';

/**
 * Schemas for responses that differ slightly from the documentation: one unexpected field must not make the response
 * unusable.
 */

/** Text. Also accepts a number or a boolean. */
export const text = z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String));

/** An id. Also accepts a number, unless JavaScript has rounded it. */
export const id = z.pipe(z.union([z.string(), z.number().check(z.refine(Number.isSafeInteger))]), z.transform(String));

/** A number. Also accepts its digits as text. */
export const number = z.union([
  z.number(),
  z.pipe(z.string().check(z.regex(/^\s*-?\d+(\.\d+)?\s*$/)), z.transform(Number)),
]);

/** An optional field: undefined when it is absent, null, or of another type. */
export const lenient = <T extends z.ZodMiniType>(schema: T) => z.catch(z.optional(schema), undefined);

/** The valid items of a page. Invalid items are left out. */
export const items = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.array(z.unknown()),
    z.transform((all) =>
      all.flatMap((item): z.output<T>[] =>
        [z.safeParse(schema, item)].flatMap(({ success, data }) => (success ? [data as z.output<T>] : [])),
      ),
    ),
  );

/** The cursor of the next page; undefined on the last page. */
export const bookmark = z.pipe(
  lenient(text),
  z.transform((value) => value || undefined),
);
