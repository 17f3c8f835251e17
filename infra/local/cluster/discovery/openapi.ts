import { createHash } from 'node:crypto';
import { builtinDefinitionName } from '../kinds/builtin-kinds';
import type { Kind } from '../kinds/kind';
import { patchTypes } from '../patch/apply-patch';
import { builtinDefinition } from '../schema/builtin-schema';
import type { Schema } from '../schema/schema';
import { REFERENCE_PREFIX } from '../schema/schema';

/** OpenAPI documents of the kinds that are served. */
export interface OpenApi {
  /** `GET /openapi/v3`: where each group's document is. */
  index(): object;
  /** `GET /openapi/v3/api/v1` or `…/apis/apps/v1`; undefined for a path that has none. */
  document(path: string): string | undefined;
  /** `GET /openapi/v2`: all groups in one Swagger document. */
  swagger(): string;
}

/** `kinds` answers the same array as long as nothing changes; documents are made when asked for and kept until it does. */
export function createOpenApi(kinds: () => readonly Kind[], version: string): OpenApi {
  let madeFrom: readonly Kind[] | undefined;
  let documents = new Map<string, string>();
  const fresh = () => {
    if (madeFrom !== kinds()) documents = new Map(groupPaths(kinds()).map((path) => [path, JSON.stringify(documentOf(kindsUnder(kinds(), path), { path, version }))]));
    madeFrom = kinds();
    return documents;
  };
  return {
    index: () => ({ paths: Object.fromEntries([...fresh()].map(([path, text]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(text)}` }])) }),
    document: (path) => fresh().get(path),
    swagger: () => JSON.stringify(swaggerOf(kinds(), version)),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40).toUpperCase();
}

const groupPath = ({ group, version }: Kind) => (group === '' ? `api/${version}` : `apis/${group}/${version}`);
const groupPaths = (kinds: readonly Kind[]) => [...new Set(kinds.map(groupPath))];
const kindsUnder = (kinds: readonly Kind[], path: string) => kinds.filter((kind) => groupPath(kind) === path);
const definitionOf = (kind: Kind) => kind.custom?.definitionName ?? builtinDefinitionName(kind);

function documentOf(kinds: readonly Kind[], { path, version }: { path: string; version: string }): object {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(kinds.flatMap((kind) => pathsOf(kind, `/${path}`, operation))),
    components: { schemas: schemasOf(kinds) },
  };
}

type Operation = (kind: Kind, action: string) => object;

const ACTIONS = { collection: { get: 'list', post: 'post', delete: 'deletecollection' }, object: { get: 'get', put: 'put', patch: 'patch', delete: 'delete' } } as const;

function pathsOf(kind: Kind, prefix: string, make: Operation): [string, object][] {
  const collection = `${prefix}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}`;
  const operations = (actions: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(actions).map(([method, action]) => [method, make(kind, action)]));
  if (kind.verbs.length === 1) return [[collection, operations({ post: 'post' })]];
  return [
    [collection, operations(ACTIONS.collection)],
    [`${collection}/{name}`, operations(ACTIONS.object)],
  ];
}

const gvk = ({ group, version, kind }: Kind) => ({ group, version, kind });
const queryParameters = (action: string) => ['dryRun', 'fieldManager', 'fieldValidation', ...(action === 'patch' ? ['force'] : [])];

function operation(kind: Kind, action: string): object {
  const writes = ['post', 'put', 'patch'].includes(action);
  const content = { schema: { $ref: `${REFERENCE_PREFIX}${definitionOf(kind)}` } };
  const types = action === 'patch' ? patchTypes(kind) : ['application/json'];
  return {
    operationId: `${action}${kind.kind}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk(kind),
    parameters: writes ? queryParameters(action).map((name) => ({ name, in: 'query', schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true } })) : [],
    ...(writes ? { requestBody: { content: Object.fromEntries(types.map((type) => [type, content])), required: true } } : {}),
    responses: { 200: { description: 'OK', content: { 'application/json': content } } },
  };
}

/** The schemas of some kinds and of everything that they refer to. */
function schemasOf(kinds: readonly Kind[]): Record<string, Schema> {
  const schemas: Record<string, Schema> = {};
  const add = (name: string, schema: Schema) => {
    if (schemas[name] !== undefined) return;
    schemas[name] = schema;
    for (const [, inner] of JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) if (inner !== undefined) add(inner, builtinDefinition(inner));
  };
  for (const kind of kinds) add(definitionOf(kind), { ...kind.schema, 'x-kubernetes-group-version-kind': [gvk(kind)] });
  return schemas;
}

function swaggerOf(kinds: readonly Kind[], version: string): object {
  const document = {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(kinds.flatMap((kind) => pathsOf(kind, `/${groupPath(kind)}`, swaggerOperation))),
    definitions: schemasOf(kinds),
  };
  return JSON.parse(JSON.stringify(document).replaceAll(REFERENCE_PREFIX, '#/definitions/')) as object;
}

function swaggerOperation(kind: Kind, action: string): object {
  const parameters = ['post', 'put', 'patch'].includes(action) ? queryParameters(action).map((name) => ({ name, in: 'query', type: name === 'force' ? 'boolean' : 'string' })) : [];
  return { operationId: `${action}${kind.kind}${kind.group}`, 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': gvk(kind), parameters, responses: { 200: { description: 'OK' } } };
}
