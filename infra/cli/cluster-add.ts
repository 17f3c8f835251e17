import { z } from 'zod';
import { VERSION } from '../../shared/contract/events';
import { type ClusterAuthentication, ClusterItem } from '../../shared/contract/items';
import type { Clusters } from '../../shared/store/store';

/** What `cluster add` was given. */
export interface ClusterAddition {
  readonly id: string;
  readonly region: string;
  /** By the option's name in camelCase. */
  readonly options: Readonly<Record<string, string>>;
  readonly settings: unknown;
}

/**
 * Registers a cluster in mode `observe`; one that is registered keeps its mode and gets the new registration. Answers a line for the person. Throws an Error that
 * names every option that is missing or wrong.
 */
export async function addCluster({ clusters, now }: { clusters: Pick<Clusters, 'get' | 'put'>; now: () => number }, { id, region, options, settings }: ClusterAddition): Promise<string> {
  const known = await clusters.get(id);
  const item = ClusterItem.safeParse({
    v: VERSION,
    id,
    name: options['name'] ?? id,
    region,
    accountId: options['account'],
    vpcId: options['vpc'],
    endpoint: options['endpoint'],
    ...(options['ca'] ? { certificateAuthority: options['ca'] } : {}),
    authentication: authentication(options),
    mode: known?.mode ?? 'observe',
    settings: settings ?? {},
    registeredAt: known?.registeredAt ?? now(),
  });
  if (!item.success) throw new Error(`cluster ${id} was not registered: ${z.prettifyError(item.error)}`);
  await clusters.put(item.data);
  const next = item.data.mode === 'observe' ? ` It only plans until \`stepbalancer cluster mode ${id} own\`.` : '';
  return `${known ? 'Changed' : 'Registered'} cluster ${id} (${item.data.name}, ${item.data.vpcId}), mode ${item.data.mode}.${next}`;
}

function authentication({ eks, kubeconfigSecret }: Readonly<Record<string, string>>): ClusterAuthentication {
  if (eks !== undefined && kubeconfigSecret !== undefined) throw new Error('expected either --eks or --kubeconfig-secret, got both');
  if (eks !== undefined) return { type: 'eks', clusterName: eks };
  return kubeconfigSecret === undefined ? { type: 'none' } : { type: 'secret', secretArn: kubeconfigSecret };
}
