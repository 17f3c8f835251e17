import { expect, it } from 'vitest';
import { allocateServiceAddresses } from '../../../../infra/local/cluster/defaults/service-addresses';
import type { Service } from '../../../../infra/local/cluster/objects';

it('a new port of a Service never gets the node port that the Service has already, be it that of its health check', () => {
  const ports = [{ port: 80, protocol: 'TCP', nodePort: 30_001 }, { port: 81, protocol: 'TCP' }];
  const service = { metadata: { namespace: 'web', name: 'web' }, spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', clusterIP: '172.20.0.1', healthCheckNodePort: 30_000, ports } } as unknown as Service;
  const store = { list: () => [] } as unknown as Parameters<typeof allocateServiceAddresses>[1]['store'];
  expect(allocateServiceAddresses(service, { store, random: () => 0 })).toEqual([]);
  expect(service.spec.ports?.map(({ nodePort }) => nodePort)).toEqual([30_001, 30_002]);
});
