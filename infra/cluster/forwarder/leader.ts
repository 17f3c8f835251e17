import { type ClusterClient, RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { pause, type Timers } from './timers';

const DURATION_MS = 15_000;
const RENEW_MS = 5000;

interface Options {
  readonly client: ClusterClient;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  readonly namespace: string;
  readonly name: string;
  /** This replica: the name of its pod. */
  readonly identity: string;
  readonly log: (message: string, values: Record<string, unknown>) => void;
}

interface LeaseSpec {
  holderIdentity?: string;
  renewTime?: string;
  leaseTransitions?: number;
  leaseDurationSeconds?: number;
}

/**
 * Runs `work` while this replica holds the Lease, as Kubernetes' own controllers do it; its signal fires when the Lease is lost.
 * Two forwarders at once would only cost events, never correctness, so a lost Lease needs no fence.
 */
export async function runAsLeader(options: Options, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { timers, signal, log, identity } = options;
  while (!signal.aborted) {
    if (!(await tryHold(options))) {
      await pause(timers, RENEW_MS, signal);
      continue;
    }
    log('leading', { identity });
    const lost = new AbortController();
    const working = work(AbortSignal.any([signal, lost.signal]));
    await renewUntilLost(options);
    lost.abort();
    await working;
  }
}

async function renewUntilLost(options: Options): Promise<void> {
  let heldAt = options.timers.now();
  while (!options.signal.aborted) {
    await pause(options.timers, RENEW_MS, options.signal);
    if (await tryHold(options)) heldAt = options.timers.now();
    else if (options.timers.now() - heldAt >= DURATION_MS - RENEW_MS) return;
  }
}

/** Whether this replica holds the Lease now: it took it, renewed it, or found it expired. */
async function tryHold({ client, timers, namespace, name, identity, log }: Options): Promise<boolean> {
  try {
    const found = await client.get(RESOURCES.leases, { namespace, name });
    const time = new Date(timers.now()).toISOString().replace('Z', '000Z'); // MicroTime
    const spec = (found?.['spec'] ?? {}) as LeaseSpec;
    const expired = Date.parse(spec.renewTime ?? '') + DURATION_MS < timers.now() || !spec.renewTime;
    if (found && spec.holderIdentity !== identity && !expired) return false;
    const transitions = (spec.leaseTransitions ?? 0) + (found && spec.holderIdentity !== identity ? 1 : 0);
    const wanted = { holderIdentity: identity, renewTime: time, leaseDurationSeconds: DURATION_MS / 1000, leaseTransitions: transitions };
    if (found) await client.patch(RESOURCES.leases, { namespace, name }, { type: 'merge', body: { metadata: { resourceVersion: found.metadata.resourceVersion }, spec: wanted } });
    else await client.create(RESOURCES.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec: wanted });
    return true;
  } catch (error) {
    log('lease not held', { error: String(error) });
    return false;
  }
}
