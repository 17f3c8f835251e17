import { clusterTransport } from '../../../infra/local/cluster-transport';
import type { LocalCluster } from '../../../infra/local/cluster/local-cluster';
import type { ApiRequest, ApiResponse, Transport } from '../../../shared/kubernetes/transport';
import { SECRET } from './aws-door';
import type { Network, PerformFault } from './network';

/** An answer of the API server with more in it than its message: only that may be told on. */
const status = (message: string) => JSON.stringify({ kind: 'Status', message, details: { causes: [{ message: `authorization: Bearer ${SECRET}` }] } });

/** A proxy's page that repeats the request's headers: no part of it may be told on. */
const PAGE = `<html>Bad Gateway. authorization: Bearer ${SECRET}</html>`;

const REFUSALS: Partial<Record<PerformFault, (size: number) => ApiResponse>> = {
  'too-many-requests': (size) => ({ status: 429, headers: { 'retry-after': String(Math.ceil(size * 4)) }, body: status('too many requests') }),
  throttled: () => ({ status: 429, headers: { 'retry-after': '30' }, body: status('too many requests') }),
  'server-error': () => ({ status: 502, headers: {}, body: PAGE }),
  denied: () => ({ status: 403, headers: {}, body: '{"kind":"Status","message":"forbidden"}' }),
  conflict: () => ({ status: 409, headers: {}, body: status('the object has been modified') }),
};

/** The local cluster's API server behind a network. */
export function simulatedCluster(cluster: Pick<LocalCluster, 'handle'>, network: Network, userAgent: string): Transport {
  const direct = clusterTransport(cluster, userAgent);
  const what = ({ method, path }: ApiRequest) => {
    const { resource, about } = readPath(path);
    return { to: 'cluster' as const, name: `cluster:${method} ${resource}`, about, write: method !== 'GET' };
  };
  const abandoned = () => {
    throw new DOMException('This operation was aborted', 'AbortError');
  };
  return {
    send: (request) =>
      network.call<ApiResponse>({
        what: what(request),
        signal: request.signal,
        perform: (fault) => {
          const refusal = fault && REFUSALS[fault.kind]?.(fault.size);
          return refusal ? Promise.resolve(refusal) : direct.send(request);
        },
        broken: () => {
          throw new Error('socket hang up');
        },
        abandoned,
      }),
    async *lines(request) {
      for await (const line of direct.lines(request)) {
        if (!line.startsWith('{"type":"BOOKMARK"')) await network.travel();
        if (request.signal?.aborted) return;
        yield line;
      }
    },
  };
}

/** `/apis/apps/v1/namespaces/shop/deployments/web/status?x=y` as its resource (`deployments`) and what it is about (`shop/web status`). */
function readPath(path: string): { resource: string; about: string } {
  const [, namespace = '', resource = '', name = '', subresource = ''] = /^\/(?:api|apis\/[^/]+)\/v[^/]+(?:\/namespaces\/([^/?]+)(?=\/))?\/([^/?]+)(?:\/([^/?]+))?(?:\/([^/?]+))?/.exec(path) ?? [];
  return { resource, about: [[namespace, name].filter(Boolean).join('/'), subresource].filter(Boolean).join(' ') };
}
