import type { CustomResourceDefinition } from '../kinds/custom-kinds';
import { draft, timestamp } from '../kube-object';
import type { Condition } from '../objects';
import type { ClusterApi } from './cluster-api';
import { isTrue, withCondition } from './pod-condition';
import type { Controller } from './run-controller';

const PLACE = 'customresourcedefinitions.apiextensions.k8s.io';
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
const RECHECK_MS = 2000;

/** Says of each CRD that its names are accepted and its kinds served, and clears away its objects before it goes. */
export function crdController(api: ClusterApi): Controller {
  return {
    allKeys: () => api.list(PLACE).map(({ metadata }) => metadata.name),
    keysOf: ({ storedAs, object, type }) => (storedAs === PLACE ? [object.metadata.name] : type === 'DELETED' && api.get(PLACE, undefined, storedAs) !== undefined ? [storedAs] : []),
    reconcile(name) {
      const crd = api.get(PLACE, undefined, name);
      if (crd === undefined) return undefined;
      if (crd.metadata.deletionTimestamp !== undefined) return clearAway(api, crd);
      establish(api, crd);
      return undefined;
    },
  };
}

interface CrdStatus {
  conditions?: Condition[];
  storedVersions?: string[];
}

function establish(api: ClusterApi, crd: CustomResourceDefinition): void {
  const before: CrdStatus = crd.status ?? {};
  const now = timestamp(api.context.clock.now());
  const accepted: Condition = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  const established: Condition = { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' };
  const conditions = [accepted, established].reduce((known, condition) => withCondition(known, condition, now), before.conditions ?? []);
  const stored = crd.spec.versions.filter(({ storage }) => storage).map(({ name }) => name);
  const status = { conditions, acceptedNames: draft(crd.spec.names), storedVersions: [...new Set([...(before.storedVersions ?? []), ...stored])] };
  api.update(PLACE, { ...draft(crd), status }, 'status');
}

function clearAway(api: ClusterApi, crd: CustomResourceDefinition): number | undefined {
  if (crd.metadata.finalizers?.includes(CLEANUP) !== true) return undefined;
  if (!isTrue((crd.status as CrdStatus | undefined)?.conditions, 'Terminating')) {
    const condition: Condition = { type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' };
    const status = { ...(crd.status as CrdStatus), conditions: withCondition((crd.status as CrdStatus).conditions, condition, timestamp(api.context.clock.now())) };
    api.update(PLACE, { ...draft(crd), status }, 'status');
  }
  const name = crd.metadata.name;
  if (api.context.kinds.all().some((kind) => kind.storedAs === name)) for (const object of api.list(name)) if (object.metadata.deletionTimestamp === undefined) api.remove(name, object);
  if (api.list(name).length > 0) return RECHECK_MS;
  const fresh = draft(api.get(PLACE, undefined, name) ?? crd);
  fresh.metadata.finalizers = (fresh.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP);
  api.update(PLACE, fresh);
  return undefined;
}
