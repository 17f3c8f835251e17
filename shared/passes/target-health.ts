import type { Elbv2, TargetHealthDescription } from '../aws/elbv2';
import type { LedgerItem } from '../contract/items';
import type { ClusterClient } from '../kubernetes/cluster-client';
import { readService } from '../observe/cluster-access';
import { readSlices } from '../targets/read-target-facts';
import type { Waiting } from './tell-health';

/** A resource of the ledger that AWS has. */
export type Standing = LedgerItem & { readonly physicalId: string };

interface Look {
  readonly elbv2: Pick<Elbv2, 'describeTargetHealth'>;
  readonly client: ClusterClient;
  /** What succeeds another has to have a healthy target: `unused` may only mean that AWS has not begun to check. */
  readonly succeeds: boolean;
  /** The first target group to wait for is reason enough to come again: fifty ports are not asked for fifty times at each look. At the end all are told. */
  readonly patient: boolean;
}

/** Nothing more is on its way: healthy, not used, or leaving. */
const SETTLED = new Set(['healthy', 'unused', 'draining', 'unhealthy.draining']);

/** A first check is over, or there will be none: AWS checks nothing in a zone that the load balancer leaves out. */
const JUDGED = new Set(['healthy', 'unhealthy', 'unused']);

/** Target groups that are not as healthy as they can be, in words. */
export async function targetsNotHealthy(groups: readonly Standing[], { elbv2, client, succeeds, patient }: Look): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  for (const group of groups) {
    const arn = group.physicalId;
    const targets = (await elbv2.describeTargetHealth(arn)) ?? [];
    const name = arn.split('/')[1] ?? arn;
    const staying = targets.filter(({ TargetHealth }) => !['draining', 'unhealthy.draining'].includes(TargetHealth.State ?? ''));
    if (staying.length === 0) waiting.push({ what: `target group ${name} has no target: no ready endpoint`, final: 'NoReadyEndpoints' });
    const unproven = succeeds && staying.every(({ TargetHealth }) => TargetHealth.State !== 'healthy');
    const pending = staying.filter(({ TargetHealth }) => unproven || !SETTLED.has(TargetHealth.State ?? ''));
    const why = pending.length === 0 ? 'healthy' : await readNodes(client, group, staying);
    if (why === 'healthy') continue;
    waiting.push(why === 'no endpoint' ? { what: `target group ${name} has nodes, but no pod behind them: no ready endpoint`, final: 'NoReadyEndpoints' } : { what: `${pending.length} of ${staying.length} targets of ${name} are not healthy yet` });
    if (patient) break;
  }
  return waiting;
}

/**
 * What the cluster says of nodes that were found wanting. With externalTrafficPolicy Local a node without a pod of its own never becomes healthy, and need not (P17);
 * without any ready endpoint none does. The cluster is asked only if no first check is outstanding.
 */
async function readNodes(client: ClusterClient, { id }: Standing, targets: readonly TargetHealthDescription[]): Promise<'healthy' | 'no endpoint' | 'not yet'> {
  const states = new Set(targets.map(({ TargetHealth }) => TargetHealth.State));
  const isChecked = states.has('healthy') || states.has('unhealthy');
  const areJudged = isChecked && [...states].every((state) => JUDGED.has(state ?? '')) && targets.every(({ Target }) => Target.Id?.startsWith('i-'));
  const service = areJudged ? serviceOf(id) : undefined;
  if (service === undefined) return 'not yet';
  if (states.has('healthy')) return (await readService(client, service))?.spec.externalTrafficPolicy === 'Local' ? 'healthy' : 'not yet';
  return (await hasReadyEndpoint(client, service)) ? 'not yet' : 'no endpoint';
}

/** A target group's id names its Service: `target-group/<namespace>/<name>:<port>`. */
function serviceOf(id: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = /^target-group\/([^/]+)\/([^:]+):/.exec(id) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

async function hasReadyEndpoint(client: ClusterClient, { namespace, name }: { namespace: string; name: string }): Promise<boolean> {
  const slices = await readSlices(client, namespace, name);
  return slices.some(({ endpoints }) => (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false));
}
