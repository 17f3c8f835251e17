import type { KubeObject } from '../kube-object';
import { draft } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { apiVersionOf } from '../kinds/kind';
import { badRequest, expired, notFound } from '../status-error';
import { objectId } from '../store/object-store';
import type { Match } from './selectors';
import { parseFieldSelector, parseLabelSelector } from './selectors';
import type { ObjectAddress, WriteContext } from './write-context';
import { present } from './write-context';

/** Which objects of a kind, read from a request's query. */
export interface ListQuery {
  readonly namespace: string | undefined;
  readonly params: URLSearchParams;
}

/** A list, as the wire shows it. */
export interface ObjectList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly KubeObject[];
}

/** One object as its kind's version shows it. Throws 404. */
export function getObject(context: WriteContext, kind: Kind, { namespace, name }: ObjectAddress): KubeObject {
  const found = context.store.get(kind.storedAs, namespace, name);
  if (found === undefined) throw notFound(kind, name);
  return present(found, kind);
}

/** Whether a stored object satisfies the label and field selectors of a query. Throws 400 for one that cannot be read. */
export function selectorOf(params: URLSearchParams, kind: Kind): Match {
  const labels = parseLabelSelector(params.get('labelSelector') ?? '');
  const fields = parseFieldSelector(params.get('fieldSelector') ?? '', kind.storedAs);
  return (object) => labels(object) && fields(object);
}

interface Continuation {
  readonly revision: number;
  readonly after: string;
}

/** A list or one page of it. Throws 400, or 410 when a page is asked for that began too long ago. */
export function listObjects(context: WriteContext, kind: Kind, { namespace, params }: ListQuery): ObjectList {
  const matches = selectorOf(params, kind);
  const from = readContinue(params.get('continue'), context);
  const limit = Number(params.get('limit') ?? 0);
  const all = context.store.list(kind.storedAs, namespace).filter((object) => matches(object) && (from === undefined || idOf(object) > from.after));
  const page = limit > 0 ? all.slice(0, limit) : all;
  const revision = from?.revision ?? context.store.revision();
  const rest = all.length - page.length;
  const last = page.at(-1);
  const isSelected = (params.get('labelSelector') ?? '') !== '' || (params.get('fieldSelector') ?? '') !== '';
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.listKind,
    metadata: {
      resourceVersion: String(revision),
      ...(rest > 0 && last !== undefined ? { continue: formatContinue({ revision, after: idOf(last) }), ...(isSelected ? {} : { remainingItemCount: rest }) } : {}),
    },
    items: page.map((object) => present(object, kind)),
  };
}

function idOf({ metadata }: KubeObject): string {
  return objectId(metadata.namespace, metadata.name);
}

function formatContinue(continuation: Continuation): string {
  return Buffer.from(JSON.stringify(continuation)).toString('base64url');
}

function readContinue(token: string | null, context: WriteContext): Continuation | undefined {
  if (token === null || token === '') return undefined;
  const continuation = parseContinue(token);
  if (context.store.since(continuation.revision) === undefined)
    throw expired('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.');
  return continuation;
}

function parseContinue(token: string): Continuation {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as Continuation;
  } catch (error) {
    throw badRequest(`continue key is not valid: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An object without anything but its metadata, for clients that ask for no more. */
export function metadataOnly(object: KubeObject): KubeObject {
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: draft(object.metadata) };
}
