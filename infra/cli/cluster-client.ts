import type { AwsClientConfig } from '../../shared/aws/client-config';
import { eksTokens } from '../../shared/aws/eks-token';
import { createSecrets } from '../../shared/aws/secrets';
import type { ClusterItem } from '../../shared/contract/items';
import { createClusterClient } from '../../shared/kubernetes/client';
import type { ClusterClient } from '../../shared/kubernetes/cluster-client';
import { kubeconfigTransport, socketTransport, type Transport } from '../../shared/kubernetes/transport';

/** Clients of registered clusters, with the rights of whoever runs the command. */
export function clusterClientOf(aws: AwsClientConfig): (cluster: ClusterItem) => ClusterClient {
  const now = () => Date.now();
  return (cluster) => createClusterClient({ transport: transportOf(cluster, aws), cluster: cluster.id, now });
}

function transportOf({ endpoint, certificateAuthority, authentication }: ClusterItem, aws: AwsClientConfig): Transport {
  const server = { server: endpoint, ...(certificateAuthority === undefined ? {} : { certificateAuthority }) };
  if (authentication.type === 'eks') return socketTransport({ ...server, token: eksTokens({ ...aws, clusterName: authentication.clusterName, now: () => Date.now() }) });
  if (authentication.type === 'none') return socketTransport(server);
  const opened = createSecrets(aws).read(authentication.secretArn).then((text) => kubeconfigTransport(text));
  return {
    send: async (request) => (await opened).send(request),
    async *lines(request) {
      yield* (await opened).lines(request);
    },
  };
}
