import type { AwsClientConfig } from '../aws/client-config';
import { eksTokens } from '../aws/eks-token';
import { createSecrets } from '../aws/secrets';
import type { ClusterItem } from '../contract/items';
import { kubeconfigTransport, socketTransport, type Transport } from '../kubernetes/transport';

const SECRET_FRESH_MS = 5 * 60_000; // a kubeconfig that was rotated counts after this

/** The way to a registered cluster: a token signed for EKS, a kubeconfig in Secrets Manager, or nothing (the local system). */
export function transportOfCluster({ endpoint, certificateAuthority, authentication }: ClusterItem, { aws, now }: { aws: AwsClientConfig; now: () => number }): Transport {
  const server = { server: endpoint, ...(certificateAuthority === undefined ? {} : { certificateAuthority }) };
  switch (authentication.type) {
    case 'eks':
      return socketTransport({ ...server, token: eksTokens({ ...aws, clusterName: authentication.clusterName, now }) });
    case 'secret':
      return secretTransport({ arn: authentication.secretArn, read: createSecrets(aws).read, now });
    case 'none':
      return socketTransport(server);
  }
}

/** The transport of a kubeconfig in Secrets Manager, read when first used and again after a while. */
function secretTransport({ arn, read, now }: { arn: string; read: (arn: string) => Promise<string>; now: () => number }): Transport {
  let kept: { text: string; transport: Transport; until: number } | undefined;
  async function transport(): Promise<Transport> {
    if (kept && kept.until > now()) return kept.transport;
    const text = await read(arn);
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
