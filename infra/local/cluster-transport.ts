import { ApiStatusError, type Transport } from '../../shared/kubernetes/transport';
import type { LocalCluster } from './cluster/local-cluster';

/** The Kubernetes client's way to the local cluster without a socket: the same requests, the same answers. */
export function clusterTransport(cluster: Pick<LocalCluster, 'handle'>, userAgent: string): Transport {
  const headers = (given: Readonly<Record<string, string>> = {}) => ({ accept: 'application/json', 'user-agent': userAgent, ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value])) });
  return {
    async send({ method, path, body, signal, headers: given }) {
      const answer = await cluster.handle({ method, path, headers: headers(given), ...(body === undefined ? {} : { body }), ...(signal ? { signal } : {}) });
      return { status: answer.status, headers: answer.headers, body: answer.body };
    },
    async *lines({ method, path, signal, headers: given }) {
      const answer = await cluster.handle({ method, path, headers: headers(given), ...(signal ? { signal } : {}) });
      if (answer.status !== 200 || !answer.events) throw new ApiStatusError(answer.status, `the watch was refused with status ${answer.status}`);
      for await (const event of answer.events) yield JSON.stringify(event);
    },
  };
}
