import { isStepError, TransientError } from '../shared/contract/errors';
import { type Key, parseKey } from '../shared/contract/keys';
import { digestEssence, ESSENCES, type Essence } from '../shared/events/essence';
import { type ApiObject, type ApiResource, type ClusterClient, RESOURCES } from '../shared/kubernetes/cluster-client';
import type { ObjectRef } from '../shared/model/problem';
import type { StateItem } from '../shared/contract/items';

/** An object that differs from what the last resync saw: new, changed or gone. */
export interface ChangedObject {
  readonly object: ObjectRef;
  readonly hints: Readonly<Record<string, string>>;
}

export interface Comparison {
  readonly changed: readonly ChangedObject[];
  /** Keys whose own object is gone, by LIST and by GET. */
  readonly orphans: readonly string[];
  /** What was seen this time, for the next comparison. */
  readonly seen: string;
}

export interface CompareInput {
  readonly client: ClusterClient;
  /** The `seen` of the last comparison that was finished; undefined: everything counts as new. */
  readonly before: string | undefined;
  /** Keys of the cluster, each with a way to its state. */
  readonly keys: readonly string[];
  readonly readState: (key: string) => Promise<StateItem | undefined>;
}

const AT_ONCE = 10;

/**
 * Lists what the forwarder follows and compares it with the last time, by digests of what matters. One answer is not believed alone: an object that a
 * key stands for is gone only if a GET says so too, and a list that is empty although a GET finds one of its objects is refused (`Transient`).
 */
export async function compareCluster({ client, before, keys, readState }: CompareInput): Promise<Comparison> {
  const lists = await Promise.all(ESSENCES.map(async (essence) => ({ essence, objects: await listAll(client, essence) })));
  const seen = new Map<string, string>();
  const changed: ChangedObject[] = [];
  const past = new Map(Object.entries(JSON.parse(before ?? '{}') as Record<string, string>));
  for (const { essence, objects } of lists) {
    for (const object of objects.filter((candidate) => essence.concerns(candidate))) {
      const ref = refOf(essence, object);
      const name = nameOf(ref);
      const digest = digestEssence(essence, object);
      seen.set(name, digest);
      if (past.get(name) !== digest) changed.push({ object: ref, hints: essence.hints?.(object) ?? {} });
    }
  }
  // What is gone concerns whoever referred to it. A Service that never was ours must not be given a key at its end.
  const gone = [...past.keys()].filter((name) => !seen.has(name)).map((name) => ({ object: parseName(name), hints: { candidate: 'false' } }));
  const orphans = await findOrphans({ client, keys, seen, readState, empty: new Set(lists.filter(({ objects }) => objects.length === 0).map(({ essence }) => essence.resource)) });
  return { changed: [...changed, ...gone], orphans, seen: JSON.stringify(Object.fromEntries([...seen].sort(([a], [b]) => (a < b ? -1 : 1)))) };
}

async function listAll(client: ClusterClient, essence: Essence): Promise<ApiObject[]> {
  try {
    return await client.list(resourceOf(essence));
  } catch (error) {
    // Our CRD is not there yet: a cluster that was registered a moment ago, or is only observed.
    if (essence.group === RESOURCES.targetGroupBindings.group && isStepError(error) && error.details.code === 'Kubernetes404') return [];
    throw error;
  }
}

interface OrphanInput extends Pick<CompareInput, 'client' | 'keys' | 'readState'> {
  readonly seen: ReadonlyMap<string, string>;
  /** Resources whose list was empty. */
  readonly empty: ReadonlySet<string>;
}

/** Keys that still have something to take away while their object is on no list. */
async function findOrphans({ client, keys, seen, readState, empty }: OrphanInput): Promise<string[]> {
  const suspects = keys.filter((key) => {
    const object = objectOf(parseKey(key));
    return object !== undefined && !seen.has(nameOf(object));
  });
  const orphans: string[] = [];
  for (let start = 0; start < suspects.length; start += AT_ONCE) {
    const found = await Promise.all(suspects.slice(start, start + AT_ONCE).map(async (key) => ((await isGone({ client, key, readState, empty })) ? [key] : [])));
    orphans.push(...found.flat());
  }
  return orphans;
}

async function isGone({ client, key, readState, empty }: { client: ClusterClient; key: string; readState: CompareInput['readState']; empty: ReadonlySet<string> }): Promise<boolean> {
  const object = objectOf(parseKey(key));
  const state = await readState(key);
  if (!object || !state || state.phase === 'Deleted') return false;
  if ((await client.get(resourceOf(object), object)) === undefined) return true;
  if (empty.has(object.resource)) throw new TransientError(`the list of ${object.resource} was empty, but ${object.namespace}/${object.name} exists: the answer is not believed`);
  return false;
}

function objectOf(key: Key): ObjectRef | undefined {
  if (key.kind === 'svc') return { group: '', resource: 'services', namespace: key.namespace, name: key.name };
  if (key.kind === 'tg') return { group: RESOURCES.targetGroupBindings.group, resource: 'targetgroupbindings', namespace: key.namespace, name: key.name };
  return undefined;
}

const nameOf = ({ resource, namespace, name }: ObjectRef) => `${resource}#${namespace}/${name}`;

function refOf({ group, resource }: Essence, { metadata }: ApiObject): ObjectRef {
  return { group, resource, namespace: metadata.namespace ?? '', name: metadata.name };
}

function parseName(text: string): ObjectRef {
  const [, resource = '', namespace = '', name = ''] = /^([^#]*)#([^/]*)\/(.*)$/.exec(text) ?? [];
  const group = ESSENCES.find((essence) => essence.resource === resource)?.group ?? '';
  return { group, resource, namespace, name };
}

function resourceOf({ group, resource }: { group: string; resource: string }): ApiResource {
  const found = Object.values(RESOURCES).find((candidate) => candidate.group === group && candidate.plural === resource);
  if (!found) throw new Error(`expected the resource ${resource} of group ${group} among those of the client, found none`);
  return found;
}
