import type { Kind, Subresource } from '../kinds/kind';
import type { KindRegistry } from '../kinds/kind-registry';
import { noContainers, unknownPath } from '../status-error';

/** What a path under `/api` or `/apis` points at. */
export interface Target {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: Subresource | undefined;
}

interface PathParts {
  readonly group: string;
  readonly version: string;
  readonly rest: readonly string[];
}

/** `/api/v1/…` or `/apis/{group}/{version}/…` in parts; undefined for any other path. */
export function splitPath(pathname: string): PathParts | undefined {
  const [root, ...segments] = pathname.split('/').filter((segment) => segment !== '').map(decodeURIComponent);
  if (root === 'api' && segments[0] !== undefined) return { group: '', version: segments[0], rest: segments.slice(1) };
  const [group, version] = segments;
  return root === 'apis' && group !== undefined && version !== undefined ? { group, version, rest: segments.slice(2) } : undefined;
}

/** What needs a container that runs, or a network behind a pod. */
const CONTAINER_SUBRESOURCES = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** Reads a resource path. Throws 404 for what is not served. */
export function readTarget(pathname: string, kinds: KindRegistry): Target {
  const parts = splitPath(pathname);
  if (parts === undefined || parts.rest.length === 0) throw unknownPath();
  const { group, version, rest } = parts;
  const isScoped = rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && NAMESPACE_SUBRESOURCES.has(rest[2] ?? ''));
  const namespace = isScoped ? rest[1] : undefined;
  const [plural = '', name, subresource, ...more] = isScoped ? rest.slice(2) : rest;
  const kind = kinds.byPath({ group, version, plural });
  if (kind?.storedAs === 'pods' && CONTAINER_SUBRESOURCES.has(subresource ?? '')) throw noContainers(subresource ?? '');
  if (kind === undefined || more.length > 0) throw unknownPath();
  if (kind.namespaced ? namespace === undefined && name !== undefined : namespace !== undefined) throw unknownPath();
  return { kind, namespace, name, subresource: readSubresource(kind, subresource) };
}

function readSubresource(kind: Kind, text: string | undefined): Subresource | undefined {
  if (text === undefined) return undefined;
  const found = [...kind.subresources].find((subresource) => subresource === text);
  if (found === undefined) throw unknownPath();
  return found;
}

/** The verb that RBAC, audit logs and our faults call a request by. */
export function verbOf(method: string, { name }: Pick<Target, 'name'>, params: URLSearchParams): string {
  const isWatch = ['true', '1'].includes(params.get('watch') ?? '');
  switch (method) {
    case 'GET':
      if (name !== undefined) return 'get';
      return isWatch ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}
