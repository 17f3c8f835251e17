import { describe, expect, it } from 'vitest';
import { awsName, backendGroupName, nameHash } from '../../../shared/desired/names';

const service = { namespace: 'default', name: 'nlb-ip-svc-tls' };
const uid = 'bdca2bd0-bfc6-449a-88a3-03451f05f18c';

describe('names', () => {
  it.each([
    ['k8s-default-nlbipsvc-6b0ba8ff70', ['my-cluster', uid, 'internal']],
    ['k8s-default-nlbipsvc-4d831c6ca6', ['my-cluster', uid, 'internet-facing']],
    ['k8s-default-nlbipsvc-1da4b78715', ['my-cluster', service.name, service.namespace, uid]],
    ['k8s-default-nlbipsvc-d4818dcd51', ['my-cluster', uid, '80', '80', 'ip', 'TCP', 'TCP', '10']],
  ])('are those that LBC gives: %s', (name, parts) => expect(awsName(service, nameHash(...parts))).toBe(name));

  it('keeps both hyphens where nothing is left of a part', () => expect(awsName({ namespace: 'a-b', name: '---' }, 'x'.repeat(64))).toBe('k8s-ab--xxxxxxxxxx'));
  it('names the shared backend group after the cluster', () => expect(backendGroupName('testCluster')).toBe('k8s-traffic-testCluster-411a1bcdb1'));
});
