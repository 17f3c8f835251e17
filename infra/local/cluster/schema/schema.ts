/** The part of an OpenAPI v3 schema that the API server understands, for built-in kinds and for custom resources. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

/** Schemas by the name that `$ref` gives them. */
export type Definitions = (name: string) => Schema;

export const REFERENCE_PREFIX = '#/components/schemas/';

/** Follows `$ref` (also inside a single `allOf`, where it stands beside a default). Keeps the patch strategy of the place that refers. */
export function resolve(schema: Schema, definitions: Definitions): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference === undefined) return schema;
  const strategy = schema['x-kubernetes-patch-strategy'];
  return { ...definitions(reference.slice(REFERENCE_PREFIX.length)), ...(strategy === undefined ? {} : { 'x-kubernetes-patch-strategy': strategy }) };
}

/** A free-form object: any field, any value. */
export function isFreeForm(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || (schema.type === undefined && schema.properties === undefined && schema.items === undefined);
}

/** The schema of one field; undefined if the schema does not know it. */
export function fieldSchema(schema: Schema, field: string): Schema | undefined {
  const known = schema.properties?.[field];
  if (known !== undefined) return known;
  if (schema.additionalProperties === true || isFreeForm(schema)) return {};
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
