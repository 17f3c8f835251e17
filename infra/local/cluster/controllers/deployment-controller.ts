import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../kube-object';
import { draft } from '../kube-object';
import type { Deployment, PodTemplate, ReplicaSet } from '../objects';
import type { ClusterApi } from './cluster-api';
import { deploymentStatus } from './deployment-status';
import { controllerOf, ownerReference } from './ownership';
import { recordEvent } from './record-event';
import { planRollout } from './plan-rollout';
import type { Controller } from './run-controller';
import { keyOf, splitKey } from './run-controller';

const PLACE = 'deployments.apps';
const SETS = 'replicasets.apps';
const COMPONENT = 'deployment-controller';
const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
const HASH_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Rolls each Deployment out: one ReplicaSet per pod template, the new one up as the old ones go down. */
export function deploymentController({ api, factor }: { api: ClusterApi; factor: number }): Controller {
  return {
    allKeys: () => api.list(PLACE).map(keyOf),
    keysOf({ storedAs, object, type }) {
      if (storedAs === PLACE) return [keyOf(object)];
      const set = storedAs === 'pods' && type === 'DELETED' ? api.get(SETS, object.metadata.namespace, controllerOf(object)?.name ?? '') : undefined;
      const owner = storedAs === SETS ? controllerOf(object) : set && controllerOf(set);
      return owner?.kind === 'Deployment' ? [`${object.metadata.namespace}/${owner.name}`] : [];
    },
    reconcile(key) {
      const deployment = api.get(PLACE, ...splitKey(key));
      if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
      const desired = deployment.spec.paused === true ? newestSet(api, deployment) : ensureSet(api, deployment);
      if (desired !== undefined) scaleSets(api, deployment, desired);
      forgetOldSets(api, deployment, desired);
      return writeStatus({ api, factor }, deployment, desired);
    },
  };
}

function setsOf(api: ClusterApi, { metadata }: Deployment): ReplicaSet[] {
  return api.list(SETS, metadata.namespace).filter((set) => controllerOf(set)?.uid === metadata.uid);
}

function newestSet(api: ClusterApi, deployment: Deployment): ReplicaSet | undefined {
  return setsOf(api, deployment).find((set) => isSameTemplate(set.spec.template, deployment.spec.template));
}

function isSameTemplate(left: PodTemplate, right: PodTemplate): boolean {
  const bare = ({ metadata, spec }: PodTemplate) => {
    const labels = Object.fromEntries(Object.entries(metadata?.labels ?? {}).filter(([key]) => key !== HASH_LABEL));
    return JSON.parse(JSON.stringify({ labels, annotations: metadata?.annotations ?? {}, spec })) as unknown;
  };
  return isDeepStrictEqual(bare(left), bare(right));
}

const revisionOf = ({ metadata }: KubeObject) => Number(metadata.annotations?.[REVISION] ?? 0);

/** The ReplicaSet of the present template, made if need be, with the highest revision. */
function ensureSet(api: ClusterApi, deployment: Deployment): ReplicaSet {
  const sets = setsOf(api, deployment);
  const known = newestSet(api, deployment);
  const highest = Math.max(0, ...sets.filter((set) => set !== known).map(revisionOf));
  const set = known ?? createSet(api, deployment, highest + 1);
  const numbered = revisionOf(set) > highest ? set : (api.update(SETS, annotated(set, highest + 1)) as ReplicaSet);
  if (revisionOf(deployment) !== revisionOf(numbered)) api.update(PLACE, annotated(deployment, revisionOf(numbered)));
  return numbered;
}

function annotated<T extends KubeObject>(object: T, revision: number): T {
  const copy = draft(object);
  copy.metadata.annotations = { ...copy.metadata.annotations, [REVISION]: String(revision) };
  return copy;
}

function createSet(api: ClusterApi, deployment: Deployment, revision: number): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(deployment);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const { namespace, name } = deployment.metadata;
  const metadata = { name: `${name}-${hash}`, ...(namespace === undefined ? {} : { namespace }), labels, ownerReferences: [ownerReference(deployment)], annotations: { [REVISION]: String(revision) } };
  const spec = {
    replicas: 0,
    selector: { ...draft(selector), matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
    template: { ...draft(template), metadata: { ...draft(template.metadata ?? {}), labels } },
    ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
  };
  return api.create(SETS, { metadata, spec }) as ReplicaSet;
}

function templateHash({ spec, metadata }: Deployment): string {
  const digest = createHash('sha256').update(JSON.stringify([metadata.uid, spec.template])).digest();
  return [...digest.subarray(0, 10)].map((byte) => HASH_ALPHABET[byte % HASH_ALPHABET.length]).join('');
}

function scaleSets(api: ClusterApi, deployment: Deployment, desired: ReplicaSet): void {
  const sets = setsOf(api, deployment);
  const old = sets.filter((set) => set.metadata.uid !== desired.metadata.uid);
  const oldPods = api.list('pods', deployment.metadata.namespace).filter((pod) => old.some((set) => controllerOf(pod)?.uid === set.metadata.uid)).length;
  const sizes = planRollout({ deployment, desired, old, oldPods });
  for (const set of sets) {
    const replicas = sizes.get(set.metadata.uid);
    if (replicas !== undefined && replicas !== set.spec.replicas) scale(api, { deployment, set, replicas });
  }
}

function scale(api: ClusterApi, { deployment, set, replicas }: { deployment: Deployment; set: ReplicaSet; replicas: number }): void {
  const from = set.spec.replicas ?? 0;
  api.update(SETS, { ...draft(set), spec: { ...draft(set.spec), replicas } });
  const direction = replicas > from ? 'up' : 'down';
  recordEvent(api, deployment, { reason: 'ScalingReplicaSet', message: `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${replicas}`, component: COMPONENT });
}

/** Old and empty ReplicaSets beyond the history limit go, the oldest first. */
function forgetOldSets(api: ClusterApi, deployment: Deployment, desired: ReplicaSet | undefined): void {
  const empty = setsOf(api, deployment).filter((set) => set.metadata.uid !== desired?.metadata.uid && set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0);
  const surplus = empty.length - (deployment.spec.revisionHistoryLimit ?? 10);
  for (const set of empty.sort((left, right) => revisionOf(left) - revisionOf(right)).slice(0, Math.max(0, surplus))) api.remove(SETS, set);
}

function writeStatus({ api, factor }: { api: ClusterApi; factor: number }, { metadata }: Deployment, desired: ReplicaSet | undefined): number | undefined {
  const fresh = api.get(PLACE, metadata.namespace, metadata.name);
  if (fresh === undefined) return undefined;
  const sets = setsOf(api, fresh);
  const { status, againMs } = deploymentStatus({ deployment: fresh, sets, desired: sets.find((set) => set.metadata.uid === desired?.metadata.uid), now: api.context.clock.now(), factor });
  api.update(PLACE, { ...draft(fresh), status }, 'status');
  return againMs;
}
