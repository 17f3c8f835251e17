import * as fc from 'fast-check';
import * as z from 'zod';
import { KeyText } from '../../../shared/contract/keys';
import { aKeyText } from './keys';

/** Values that a schema accepts, drawn from the schema itself, so that a member that is added later is tried too. */
export function arbitraryOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema === KeyText) return aKeyText;
  const drawn = draw(schema as z.ZodType);
  return drawn.filter((value) => z.safeParse(schema, value).success);
}

/** What a schema says of itself, as far as this looks into it; which members it has depends on its type. */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly checks?: readonly { readonly ['_zod']: { readonly def: { readonly pattern?: RegExp } } }[];
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly values: readonly unknown[];
  readonly entries: Readonly<Record<string, string>>;
  readonly element: z.ZodType;
  readonly valueType: z.ZodType;
  readonly options: readonly z.ZodType[];
  readonly innerType: z.ZodType;
  readonly in: z.ZodType;
  readonly out: z.ZodType;
}

const definitionOf = (schema: z.ZodType) => (schema as unknown as { def: Definition }).def;

function draw(schema: z.ZodType): fc.Arbitrary<unknown> {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'object':
      return drawObject(def.shape);
    case 'string':
      return drawString(def);
    case 'number':
      return fc.integer({ min: 1, max: 2 ** 31 });
    case 'boolean':
      return fc.boolean();
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'array':
      return fc.array(arbitraryOf(def.element), { maxLength: 3 });
    case 'record':
      return fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/), arbitraryOf(def.valueType), { maxKeys: 3 });
    case 'union':
      return fc.oneof(...def.options.map(arbitraryOf));
    case 'optional':
    case 'default':
    case 'prefault':
      return arbitraryOf(def.innerType);
    case 'nullable':
      return fc.option(arbitraryOf(def.innerType), { nil: null });
    case 'pipe':
      return arbitraryOf(definitionOf(def.in).type === 'transform' ? def.out : def.in);
    case 'unknown':
    case 'any':
      return fc.jsonValue();
    default:
      throw new Error(`arbitraryOf: expected a kind of schema that it knows, found ${def.type}; teach it here`);
  }
}

function drawObject(shape: Readonly<Record<string, z.ZodType>>): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, arbitraryOf(member)]));
  const required = Object.entries(shape).flatMap(([name, member]) => (definitionOf(member).type === 'optional' ? [] : [name]));
  return fc.record(members, { requiredKeys: required, noNullPrototype: true });
}

function drawString({ format, checks = [] }: Definition): fc.Arbitrary<string> {
  if (format === 'url') return fc.webUrl();
  const pattern = checks.map((check) => check['_zod'].def.pattern).find((found) => found !== undefined);
  return pattern ? fc.stringMatching(pattern) : fc.string({ minLength: 1, maxLength: 30 });
}
