import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';

interface Schema {
  $ref?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  nullable?: boolean;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
}

const url = new URL('../../fixtures/pinterest-openapi.json', import.meta.url);
const description = JSON.parse(readFileSync(url, 'utf8')) as { components: { schemas: Record<string, Schema> } };
const { schemas } = description.components;

const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
ajv.addSchema(withNulls(description) as object, 'pinterest');

/** ajv supports `nullable` only next to `type`. The OpenAPI description also has it next to `allOf`. */
function withNulls(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withNulls);
  if (typeof part !== 'object' || part === null) return part;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, withNulls(value)]),
  );
  if (nullable !== true) return rest;
  return 'type' in rest ? { ...rest, nullable } : { anyOf: [{ type: 'null' }, rest] };
}

/** True when the value is valid by the official schema. */
export const isValid = (name: string, value: unknown): boolean =>
  ajv.validate({ $ref: `pinterest#/components/schemas/${encodeURIComponent(name)}` }, value);

/** Random values that match an official schema, some with nulls or unknown properties, some without optional ones. */
export const answersOf = (name: string): fc.Arbitrary<unknown> => arbitraryOf(schemas[name] ?? {});

function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  const value = unlessNull(schema);
  return schema.nullable ? fc.oneof(fc.constant(null), { weight: 4, arbitrary: value }) : value;
}

function unlessNull(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref) return arbitraryOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return fc.oneof(...choices.map(arbitraryOf));
  if (schema.allOf) {
    const { allOf, ...own } = schema;
    const parts = [...allOf.map(arbitraryOf), ...(own.properties ? [object(own)] : [])];
    return parts.length === 1 && parts[0] ? parts[0] : fc.tuple(...parts).map((all) => Object.assign({}, ...all));
  }
  switch (schema.type) {
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: 20 });
    case 'integer':
      return fc.integer({ min: schema.minimum });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return text(schema);
    default:
      return object(schema);
  }
}

function text({ pattern, format, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (pattern === '^\\d+$') return fc.stringMatching(/^[0-9]{1,25}$/);
  if (format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
      .map((date) => date.toISOString());
  return fc.string({ minLength, maxLength: Math.min(60, maxLength), unit: 'grapheme' });
}

const UNKNOWN = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });

function object({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema)])),
    { requiredKeys: required.filter((name) => name in properties) },
  );
  return fc.tuple(UNKNOWN, known).map(([unknown, own]) => ({ ...unknown, ...own }));
}
