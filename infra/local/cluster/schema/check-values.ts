import { isDeepStrictEqual } from 'node:util';
import { isFields } from '../kube-object';
import type { FieldProblem } from '../validation/field-problem';
import { duplicateValue, invalidValue, required, unsupportedValue } from '../validation/field-problem';
import type { Schema } from './schema';

/** What a custom resource breaks of its CRD's schema: types, required fields, enums, patterns, bounds, list keys, allOf/anyOf/oneOf/not. */
export function checkValues(value: unknown, schema: Schema, path = ''): FieldProblem[] {
  if (value === null || value === undefined) return schema.nullable === true || value === undefined ? [] : [typeProblem(path, 'null', schema)];
  const wrongType = checkType(value, schema, path);
  if (wrongType.length > 0) return wrongType;
  return [...checkScalar(value, schema, path), ...checkList(value, schema, path), ...checkObject(value, schema, path), ...checkJunctions(value, schema, path)];
}

function typeProblem(path: string, found: string, schema: Schema): FieldProblem {
  return { field: path, reason: 'FieldValueTypeInvalid', value: found, detail: `${path} in body must be of type ${schema.type ?? 'integer,string'}: ${JSON.stringify(found)}` };
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

function checkType(value: unknown, schema: Schema, path: string): FieldProblem[] {
  const found = typeName(value);
  if (schema['x-kubernetes-int-or-string'] === true) return found === 'integer' || found === 'string' ? [] : [typeProblem(path, found, schema)];
  if (schema.type === undefined || schema.type === found || (schema.type === 'number' && found === 'integer')) return [];
  return [typeProblem(path, found, schema)];
}

function checkScalar(value: unknown, schema: Schema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (schema.enum !== undefined && !schema.enum.some((each) => isDeepStrictEqual(each, value))) problems.push(unsupportedValue(path, value, schema.enum.map(String)));
  if (typeof value === 'string') problems.push(...checkText(value, schema, path));
  if (typeof value === 'number') problems.push(...checkNumber(value, schema, path));
  return problems;
}

function checkText(value: string, schema: Schema, path: string): FieldProblem[] {
  const { pattern, minLength = 0, maxLength = Infinity } = schema;
  return [
    ...(pattern !== undefined && !new RegExp(pattern, 'u').test(value) ? [invalidValue(path, value, `${path} in body should match '${pattern}'`)] : []),
    ...(value.length < minLength ? [invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`)] : []),
    ...(value.length > maxLength ? [invalidValue(path, value, `${path} in body should be at most ${maxLength} chars long`)] : []),
  ];
}

function checkNumber(value: number, schema: Schema, path: string): FieldProblem[] {
  const { minimum = -Infinity, maximum = Infinity, multipleOf } = schema;
  const tooSmall = schema.exclusiveMinimum === true ? value <= minimum : value < minimum;
  const tooLarge = schema.exclusiveMaximum === true ? value >= maximum : value > maximum;
  return [
    ...(tooSmall ? [invalidValue(path, value, `${path} in body should be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`)] : []),
    ...(tooLarge ? [invalidValue(path, value, `${path} in body should be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`)] : []),
    ...(multipleOf !== undefined && value % multipleOf !== 0 ? [invalidValue(path, value, `${path} in body should be a multiple of ${multipleOf}`)] : []),
  ];
}

function checkList(value: unknown, schema: Schema, path: string): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  const { minItems = 0, maxItems = Infinity, items } = schema;
  return [
    ...(value.length < minItems ? [invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`)] : []),
    ...(value.length > maxItems ? [invalidValue(path, value.length, `${path} in body should have at most ${maxItems} items`)] : []),
    ...checkKeys(value, schema, path),
    ...(items === undefined ? [] : value.flatMap((entry, index) => checkValues(entry, items, `${path}[${index}]`))),
  ];
}

function checkKeys(value: unknown[], schema: Schema, path: string): FieldProblem[] {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === undefined || schema['x-kubernetes-list-type'] === 'atomic') return [];
  const identities = value.map((entry) => (keys !== undefined && isFields(entry) ? Object.fromEntries(keys.map((key) => [key, entry[key]])) : entry));
  return identities.flatMap((identity, index) =>
    identities.slice(0, index).some((earlier) => isDeepStrictEqual(earlier, identity)) ? [duplicateValue(`${path}[${index}]`, identity)] : [],
  );
}

function checkObject(value: unknown, schema: Schema, path: string): FieldProblem[] {
  if (!isFields(value)) return [];
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const { minProperties = 0, maxProperties = Infinity } = schema;
  const size = Object.keys(value).length;
  const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return [
    ...(schema.required ?? []).filter((name) => value[name] === undefined).map((name) => required(at(name))),
    ...(size < minProperties ? [invalidValue(path, size, `${path} in body should have at least ${minProperties} properties`)] : []),
    ...(size > maxProperties ? [invalidValue(path, size, `${path} in body should have at most ${maxProperties} properties`)] : []),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const known = schema.properties?.[name] ?? values;
      return known === undefined ? [] : checkValues(inner, known, at(name));
    }),
  ];
}

function checkJunctions(value: unknown, schema: Schema, path: string): FieldProblem[] {
  if (schema['x-kubernetes-int-or-string'] === true) return [];
  const fits = (each: Schema) => checkValues(value, each, path).length === 0;
  return [
    ...(schema.allOf ?? []).flatMap((each) => checkValues(value, each, path)),
    ...(schema.anyOf !== undefined && !schema.anyOf.some(fits) ? [invalidValue(path, value, `${path} in body must validate at least one schema (anyOf)`)] : []),
    ...(schema.oneOf !== undefined && schema.oneOf.filter(fits).length !== 1 ? [invalidValue(path, value, `${path} in body must validate one and only one schema (oneOf)`)] : []),
    ...(schema.not !== undefined && fits(schema.not) ? [invalidValue(path, value, `${path} in body must not validate the schema (not)`)] : []),
  ];
}
