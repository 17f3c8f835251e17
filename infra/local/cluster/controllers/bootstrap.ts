import type { WriteContext } from '../api/write-context';
import type { NodeProvider } from '../node-provider';
import { clusterApi } from './cluster-api';
import { addClusterNode } from './cluster-nodes';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
/** The first address of the range of Services, and the port of the API server behind it. */
const API_SERVICE = { clusterIP: '172.20.0.1', ports: [{ name: 'https', port: 443, targetPort: 443 }] };

/** Creates what every cluster begins with, as far as it is not there yet. Nodes are added once: one that was deleted stays away. */
export function bootstrap(context: WriteContext, { nodes, firstNodes }: { nodes: NodeProvider; firstNodes: number }): void {
  const api = clusterApi(context, 'kube-apiserver');
  for (const name of NAMESPACES) if (api.get('namespaces', undefined, name) === undefined) api.create('namespaces', { metadata: { name } });
  const missing = firstNodes - api.list('nodes').length;
  if (api.get('services', 'default', 'kubernetes') !== undefined) return;
  for (let added = 0; added < missing; added += 1) addClusterNode(context, { nodes, request: {} });
  api.create('services', { metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } }, spec: API_SERVICE });
}
