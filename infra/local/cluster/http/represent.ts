import type { ObjectList } from '../api/list-objects';
import { metadataOnly } from '../api/list-objects';
import type { WatchEvent } from '../api/watch-objects';
import type { Kind } from '../kinds/kind';
import type { KubeObject } from '../kube-object';
import { isFields } from '../kube-object';
import { notAcceptable } from '../status-error';
import type { IncludeObject } from '../tables/table';
import { tableOf } from '../tables/table';

/** In which form a client wants its answer. */
export interface Representation {
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata';
  readonly include: IncludeObject;
}

/** Reads `Accept`: the first form that is served here. Throws 406 if there is none. */
export function readRepresentation(accept: string, params: URLSearchParams): Representation {
  const wanted = params.get('includeObject');
  const include = wanted === 'None' || wanted === 'Object' ? wanted : 'Metadata';
  for (const choice of accept.split(',').map((each) => each.trim())) {
    if (!/^(application\/json|application\/\*|\*\/\*|application\/yaml)/.test(choice) && choice !== '') continue;
    const as = /as=(\w+)/.exec(choice)?.[1];
    if (as === 'Table') return { as: 'Table', include };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { as: 'PartialObjectMetadata', include };
    if (as === undefined) return { as: 'object', include };
  }
  throw notAcceptable(['application/json']);
}

/** One object in the form that was asked for. `now` in milliseconds. */
export function representObject(object: KubeObject, { kind, form, now }: { kind: Kind; form: Representation; now: number }): object {
  if (form.as === 'PartialObjectMetadata') return metadataOnly(object);
  if (form.as === 'object') return object;
  return tableOf(kind, { objects: [object], metadata: { resourceVersion: object.metadata.resourceVersion }, now, include: form.include });
}

/** A list in the form that was asked for. */
export function representList(list: ObjectList, { kind, form, now }: { kind: Kind; form: Representation; now: number }): object {
  if (form.as === 'PartialObjectMetadata') return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList', metadata: list.metadata, items: list.items.map(metadataOnly) };
  if (form.as === 'object') return list;
  return tableOf(kind, { objects: list.items, metadata: list.metadata, now, include: form.include });
}

/** A watch in the form that was asked for: each event of a table watch is a table of one row, the first with columns. */
export function representWatch(events: AsyncIterable<WatchEvent>, { kind, form, now }: { kind: Kind; form: Representation; now: () => number }): AsyncIterable<WatchEvent> {
  if (form.as === 'object') return events;
  let withColumns = true;
  return mapped(events, (event) => {
    if (event.type === 'ERROR' || !isFields(event.object)) return event;
    const object = event.object as unknown as KubeObject;
    const content = { objects: event.type === 'BOOKMARK' ? [] : [object], metadata: { resourceVersion: object.metadata.resourceVersion }, now: now(), include: form.include, withColumns };
    withColumns = false;
    return { type: event.type, object: form.as === 'Table' ? tableOf(kind, content) : metadataOnly(object) };
  });
}

/** Each value changed on its way. Not a generator: leaving the loop must reach the source even while it waits for a value. */
function mapped<T>(source: AsyncIterable<T>, change: (value: T) => T): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const inner = source[Symbol.asyncIterator]();
      return {
        async next() {
          const step = await inner.next();
          return step.done === true ? step : { value: change(step.value), done: false };
        },
        return: async () => (await inner.return?.()) ?? { value: undefined, done: true },
      };
    },
  };
}
