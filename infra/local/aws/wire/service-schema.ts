import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';

/** How a service puts its operations into HTTP. AWS: Smithy, "AWS protocols". */
export type Protocol = 'query' | 'ec2' | 'json' | 'rest-json';

/** Where a REST operation lives. */
export interface Route {
  readonly method: string;
  /** Path segments; `{Name}` is a label. */
  readonly segments: readonly string[];
  readonly status: number;
}

/** Names and types of one operation, taken from the SDK package. */
export interface OperationSchema {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  readonly route?: Route;
}

/** One error that a service declares. */
export interface ErrorSchema {
  /** Shape name, e.g. `DuplicateListenerException`. */
  readonly name: string;
  /** Code on the Query wire where it differs, e.g. `DuplicateListener`. */
  readonly queryCode?: string;
  readonly status: number;
}

/** What is fixed about a service's wire format and cannot be read from the SDK's schemas. */
export interface ServiceDescription {
  readonly protocol: Protocol;
  readonly version: string;
  readonly xmlNamespace?: string;
  /** Prefix of X-Amz-Target. */
  readonly target?: string;
  readonly jsonVersion?: '1.0' | '1.1';
  /** SQS: errors also carry the code of the former Query protocol in a header. */
  readonly queryCompatible?: boolean;
}

/** A service as the wire layer knows it. */
export interface ServiceSchema extends ServiceDescription {
  readonly operations: ReadonlyMap<string, OperationSchema>;
  readonly errors: readonly ErrorSchema[];
}

type Traits = Readonly<Record<string, unknown>>;
type StaticSchema = readonly [kind: number, namespace: string, name: string, traits: Traits | number, ...rest: unknown[]];

/** Collects operations and errors from the exports of an SDK client package (`import * as elbv2 from '@aws-sdk/client-…'`). */
export function readServiceSchema(exported: Readonly<Record<string, unknown>>, description: ServiceDescription): ServiceSchema {
  const schemas = Object.values(exported).filter(isStaticSchema);
  const operations = schemas.filter((schema) => schema[0] === 9).map(readOperation);
  return {
    ...description,
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    errors: schemas.filter((schema) => schema[0] === -3).map(readError),
  };
}

/** Number of members that must be there: the SDK's schemas list required members first and count them. */
export function requiredCount(schema: NormalizedSchema): number {
  const [kind, , , , , , count]: readonly unknown[] = asTuple(schema.getSchema());
  return kind === 3 && typeof count === 'number' ? count : 0;
}

function asTuple(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isStaticSchema(value: unknown): value is StaticSchema {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[2] === 'string';
}

function readOperation(schema: StaticSchema): OperationSchema {
  const [, , name, , input, output] = schema;
  const route = readRoute(traitsOf(schema)['http']);
  return {
    name,
    input: NormalizedSchema.of(input as SchemaRef),
    output: NormalizedSchema.of(output as SchemaRef),
    ...(route !== undefined && { route }),
  };
}

function readRoute(trait: unknown): Route | undefined {
  const [method, path, status] = asTuple(trait);
  if (typeof method !== 'string' || typeof path !== 'string') return undefined;
  const [plain = ''] = path.split('?');
  return { method, segments: plain.split('/').slice(1), status: typeof status === 'number' ? status : 200 };
}

function readError(schema: StaticSchema): ErrorSchema {
  const traits = traitsOf(schema);
  const [queryCode, queryStatus] = asTuple(traits['awsQueryError']);
  const status = queryStatus ?? traits['httpError'];
  return {
    name: schema[2],
    ...(typeof queryCode === 'string' && { queryCode }),
    status: typeof status === 'number' ? status : 400,
  };
}

function traitsOf(schema: StaticSchema): Traits {
  return typeof schema[3] === 'object' ? schema[3] : {};
}
