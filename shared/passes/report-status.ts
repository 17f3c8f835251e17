import type { ReportStatusInput } from '../contract/steps';
import type { StateItem } from '../contract/items';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Service } from '../model/kubernetes';
import type { Problem } from '../model/problem';
import { openCluster, parseServiceKey, readService } from '../observe/cluster-access';
import { isWrite, type Plan } from '../plan/change';
import { describeChange } from '../plan/describe-change';
import { hasFinalizer, SERVICE_FINALIZER } from '../status/service-status';
import { writeHostname } from './create-load-balancer';
import { loadNotes, loadPlan } from './plan-record';
import type { ClusterDeps } from './service-pass';

/** A blocked key is looked at again after this: no cluster event announces a new subnet tag or certificate. */
const BLOCKED_AGAIN_MS = 15 * 60_000;

/**
 * Tells the user: the hostname in the status, one Event for what was done, one Warning for each problem. In mode `observe` nothing is written into the cluster;
 * the plan can be read with the command line.
 */
export async function reportServiceStatus(deps: ClusterDeps, input: ReportStatusInput): Promise<void> {
  const { store } = deps;
  const state = await store.leases.check(input);
  const name = parseServiceKey(input.key);
  const { cluster, client } = await openCluster({ clusters: store.clusters, clusterClient: deps.clusterClient }, name.cluster);
  const service = await readService(client, name);
  const notes = await loadNotes(store, input.key, input.plan?.planId);
  const problems = [...(notes?.problems ?? []), ...caughtProblem(input, state, name)];
  const blocked = input.error !== undefined || input.plan?.outcome === 'blocked';
  const toldBefore = state.phase === 'Waiting' && state.planId !== undefined && state.planId === input.plan?.planId;
  if (service && cluster.mode === 'own' && !toldBefore) {
    if (state.hostname && !service.metadata.deletionTimestamp) await writeHostname(client, service, state.hostname);
    if (input.plan?.outcome === 'noop' && !blocked) await repairFinalizer(client, service);
    if (input.plan?.outcome === 'apply' && !blocked) await tellWhatWasDone(client, service, await loadPlan(store, input.key, input.plan.planId));
    for (const problem of problems) await tell(client, service, { type: 'Warning', reason: problem.code, message: problem.message });
  }
  if (blocked) await store.leases.update(input, { phase: 'Blocked', nextAttemptAt: notes?.againAt ?? deps.now() + BLOCKED_AGAIN_MS * deps.factor, inputsHash: null, planId: input.plan?.planId ?? null });
  else if (input.plan?.outcome !== 'noop' || state.phase !== 'Healthy') await store.leases.update(input, { phase: 'Waiting', planId: input.plan?.planId ?? null, ...(notes ? { inputsHash: notes.inputsHash, driftCheckedAt: notes.observedAt } : {}) });
}

/** An error that the workflow caught and brought here (`UserConfig`, `Quota`). Its details are in the key's last error. */
function caughtProblem({ error }: ReportStatusInput, { lastError }: StateItem, { namespace, name }: { namespace: string; name: string }): Problem[] {
  if (error === undefined) return [];
  const known = lastError?.name === error.Error ? lastError : undefined;
  const message = known?.message ?? `${error.Error}: see the execution's history`;
  return [{ code: known?.code ?? (error.Error === 'Quota' ? 'AwsQuota' : 'InvalidConfiguration'), message, object: { group: '', resource: 'services', namespace, name } }];
}

async function repairFinalizer(client: ClusterClient, service: Service): Promise<void> {
  if (hasFinalizer(service) || service.metadata.deletionTimestamp) return;
  const { namespace = 'default', name, resourceVersion, finalizers = [] } = service.metadata;
  await client.patch(RESOURCES.services, { namespace, name }, { type: 'merge', body: { metadata: { resourceVersion, finalizers: [...finalizers, SERVICE_FINALIZER] } } });
}

/** One Event, with LBC's reason, that names every change of the plan. Taking over what is as it should be is nothing to tell. */
async function tellWhatWasDone(client: ClusterClient, service: Service, plan: Plan): Promise<void> {
  const writes = plan.changes.filter(isWrite);
  if (writes.length > 0) await tell(client, service, { type: 'Normal', reason: 'SuccessfullyReconciled', message: `Done: ${writes.map(describeChange).join('; ')}` });
}

function tell(client: ClusterClient, service: Service, event: { type: 'Normal' | 'Warning'; reason: string; message: string }): Promise<void> {
  const { namespace = 'default', name, uid } = service.metadata;
  return client.recordEvent({ object: { apiVersion: 'v1', kind: 'Service', namespace, name, ...(uid ? { uid } : {}) }, ...event });
}
