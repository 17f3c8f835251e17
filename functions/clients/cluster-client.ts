import { eksTokens } from '../../shared/aws/eks-token';
import { createSecrets, type Secrets } from '../../shared/aws/secrets';
import type { ClusterItem } from '../../shared/contract/items';
import { createClusterClient } from '../../shared/kubernetes/client';
import type { ClusterClient } from '../../shared/kubernetes/cluster-client';
import { kubeconfigTransport, socketTransport, type Transport } from '../../shared/kubernetes/transport';
import { currentSignal } from '../abort';
import type { Wiring } from '../clients';

const SECRET_FRESH_MS = 5 * 60_000; // a kubeconfig that was rotated counts after this

/** Clients of registered clusters, with one pool of connections for each registration. */
export function clusterClient(wiring: Wiring): (cluster: ClusterItem) => ClusterClient {
  const kept = new Map<string, ClusterClient>();
  return (cluster) => {
    const registration = JSON.stringify([cluster.endpoint, cluster.certificateAuthority, cluster.authentication]);
    const client = kept.get(registration) ?? createClusterClient({ transport: transportOf(cluster, wiring), cluster: cluster.id, now: wiring.now, signal: currentSignal });
    kept.set(registration, client);
    return client;
  };
}

function transportOf({ endpoint, certificateAuthority, authentication }: ClusterItem, { aws, now }: Wiring): Transport {
  const server = { server: endpoint, ...(certificateAuthority === undefined ? {} : { certificateAuthority }) };
  switch (authentication.type) {
    case 'eks':
      return socketTransport({ ...server, token: eksTokens({ ...aws, clusterName: authentication.clusterName, now }) });
    case 'secret':
      return secretTransport({ arn: authentication.secretArn, secrets: createSecrets(aws), now });
    case 'none':
      return socketTransport(server);
  }
}

/** The transport of a kubeconfig in Secrets Manager, read when first used and again after a while. */
function secretTransport({ arn, secrets, now }: { arn: string; secrets: Secrets; now: () => number }): Transport {
  let kept: { text: string; transport: Transport; until: number } | undefined;
  async function transport(): Promise<Transport> {
    if (kept && kept.until > now()) return kept.transport;
    const text = await secrets.read(arn);
    kept = { text, transport: kept?.text === text ? kept.transport : kubeconfigTransport(text), until: now() + SECRET_FRESH_MS };
    return kept.transport;
  }
  return {
    send: async (request) => (await transport()).send(request),
    async *lines(request) {
      yield* (await transport()).lines(request);
    },
  };
}
