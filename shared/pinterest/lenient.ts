import * as z from 'zod/mini';

/** Schemas for answers that are nearly as documented: one odd field must not spoil what is needed. */

/** Text, also where a number or a boolean came. */
export const text = z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String));

/** An id, also where a number came; not one that JavaScript has rounded. */
export const id = z.pipe(z.union([z.string(), z.number().check(z.refine(Number.isSafeInteger))]), z.transform(String));

/** A number, also where its digits came as text. */
export const number = z.union([
  z.number(),
  z.pipe(z.string().check(z.regex(/^\s*-?\d+(\.\d+)?\s*$/)), z.transform(Number)),
]);

/** A field that is not needed: undefined when it is absent, null, or of another type. */
export const lenient = <T extends z.ZodMiniType>(schema: T) => z.catch(z.optional(schema), undefined);

/** The items of a page that can be read; the others are left out. */
export const items = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.array(z.unknown()),
    z.transform((all) =>
      all.flatMap((item): z.output<T>[] =>
        [z.safeParse(schema, item)].flatMap(({ success, data }) => (success ? [data as z.output<T>] : [])),
      ),
    ),
  );

/** The cursor of the next page; undefined on the last one. */
export const bookmark = z.pipe(
  lenient(text),
  z.transform((value) => value || undefined),
);
