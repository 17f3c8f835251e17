import { formatKey, isKey, type Key } from '../contract/keys';
import type { ObjectRef } from '../model/problem';

type Hints = Readonly<Record<string, string>>;

/** Where an event leads: keys that are woken in any case, and names under which other keys may have said that they read the object. */
export interface Routes {
  readonly keys: readonly string[];
  readonly references: readonly string[];
}

/**
 * The routes of an object that may have changed.
 *
 *     object               its own key        references that are looked up
 *     Service              svc#, see below    services#<ns>/<name>
 *     TargetGroupBinding   tg#                targetgroupbindings#<ns>/<name>
 *     EndpointSlice        —                  endpointslices#<ns>/<Service>, by the hint; a slice's own name is generated and says little
 *     Node                 —                  nodes#/<name>, nodes#*
 *     anything else        —                  <resource>#<ns>/<name>
 *
 * A Service wakes its own key unless the hint `candidate` says `false`: it is neither of a type, class or annotation nor with a finalizer that could
 * mean us. Such an event costs one query: a Service that has been ours has referred to itself (a key refers to its own object before it reads it), so
 * that query finds its key; a Service that never was ours finds nothing and no state is made for it. The hint is not trusted: what a wrong one
 * hides, resync finds.
 */
export function routesOf(cluster: string, object: ObjectRef, hints: Hints = {}): Routes {
  const key = ownKey(cluster, object, hints);
  const text = key && formatKey(key);
  return { keys: text !== undefined && isKey(text) ? [text] : [], references: referencesOf(object, hints) };
}

function ownKey(cluster: string, { group, resource, namespace, name }: ObjectRef, hints: Hints): Key | undefined {
  if (group === '' && resource === 'services') return hints['candidate'] === 'false' ? undefined : { kind: 'svc', cluster, namespace, name };
  if (group === 'elbv2.k8s.aws' && resource === 'targetgroupbindings') return { kind: 'tg', cluster, namespace, name };
  return undefined;
}

function referencesOf({ resource, namespace, name }: ObjectRef, hints: Hints): string[] {
  if (resource === 'nodes') return [`nodes#/${name}`, 'nodes#*'];
  if (resource === 'endpointslices') return [`endpointslices#${namespace}/${hints['service'] || serviceOfSlice(name)}`];
  return [`${resource}#${namespace}/${name}`];
}

/** The endpoint slice controller names slices `<service>-<suffix>`; without a hint that is the best guess. */
function serviceOfSlice(name: string): string {
  return name.replace(/-[a-z0-9]+$/, '');
}
