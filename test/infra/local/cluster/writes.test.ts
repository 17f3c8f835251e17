import { describe, expect, it } from 'vitest';
import { aCluster, aDeployment, aService, DEPLOYMENTS, SERVICES } from './a-cluster';

describe('create', () => {
  it('gives an object identity, time, version and defaults', async () => {
    const { call } = aCluster();
    const { code, object } = await call('POST', SERVICES, aService('web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }));
    expect(code).toBe(201);
    expect(object.metadata).toMatchObject({ name: 'web', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z', uid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, resourceVersion: expect.stringMatching(/^\d+$/) as string });
    expect(object.spec).toMatchObject({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: true, sessionAffinity: 'None', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster' });
    const spec = object.spec as { clusterIP: string; clusterIPs: string[]; ports: { targetPort: number; protocol: string; nodePort: number }[]; healthCheckNodePort: number };
    expect(spec.clusterIP).toMatch(/^172\.20\./);
    expect(spec.clusterIPs).toEqual([spec.clusterIP]);
    expect(spec.ports[0]).toMatchObject({ targetPort: 80, protocol: 'TCP' });
    for (const port of [spec.ports[0]?.nodePort, spec.healthCheckNodePort]) expect(port).toBeGreaterThanOrEqual(30_000);
    expect(object.status).toEqual({ loadBalancer: {} });
  });

  it('makes up a name from generateName', async () => {
    const { call } = aCluster();
    const { object } = await call('POST', SERVICES, { ...aService('x'), metadata: { generateName: 'web-' } });
    expect(object.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
  });

  it('leaves no trace in a dry run', async () => {
    const { call } = aCluster();
    expect((await call('POST', `${SERVICES}?dryRun=All`, aService('web'))).code).toBe(201);
    expect((await call('GET', `${SERVICES}/web`)).code).toBe(404);
  });

  it.each([
    ['a second object of one name', aService('kubernetes'), 409, 'services "kubernetes" already exists'],
    ['a name that is no DNS label', aService('1web'), 422, 'Service "1web" is invalid: metadata.name: Invalid value: "1web": a DNS-1035 label must consist of'],
    ['a port out of range', aService('web', { ports: [{ port: 70_000 }] }), 422, 'spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ['several ports without names', aService('web', { ports: [{ port: 80 }, { port: 81, name: 'b' }] }), 422, 'spec.ports[0].name: Required value'],
    ['a node port of a ClusterIP', aService('web', { ports: [{ port: 80, nodePort: 30_000 }] }), 422, "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ['a node port out of range', aService('web', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }), 422, 'provided port is not in the valid range. The range of valid ports is 30000-32767'],
    ['a wrong type', aService('web', { ports: [{ port: 'x' }] }), 400, 'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32'],
    ['another kind', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } }, 400, 'cannot be handled as a Service'],
    ['another namespace', { ...aService('web'), metadata: { name: 'web', namespace: 'other' } }, 400, 'the namespace of the provided object does not match the namespace sent on the request'],
    ['a class on a ClusterIP', aService('web', { loadBalancerClass: 'a/b' }), 422, "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
  ])('refuses %s', async (_case, body, code, message) => {
    const { call } = aCluster();
    const answer = await call('POST', SERVICES, body);
    expect({ code: answer.code, kind: answer.object.kind, status: answer.object.status }).toEqual({ code, kind: 'Status', status: 'Failure' });
    expect(answer.object['message']).toContain(message);
  });

  it('refuses unknown fields when asked to be strict, and warns of them otherwise', async () => {
    const { call } = aCluster();
    const body = aService('web', { prots: [] });
    expect((await call('POST', `${SERVICES}?fieldValidation=Strict`, body)).object['message']).toBe('Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.prots"');
    const loose = await call('POST', SERVICES, body);
    expect(loose.headers['warning']).toBe('299 - "unknown field \\"spec.prots\\""');
    expect(loose.object.spec).not.toHaveProperty('prots');
  });

  it('refuses an object in a namespace that is not there', async () => {
    const answer = await aCluster().call('POST', '/api/v1/namespaces/nowhere/services', aService('web'));
    expect([answer.code, answer.object['message']]).toEqual([404, 'namespaces "nowhere" not found']);
  });
});

describe('update', () => {
  it('refuses a version that is not the last', async () => {
    const { call } = aCluster();
    const { object } = await call('POST', SERVICES, aService('web'));
    await call('PATCH', `${SERVICES}/web`, { metadata: { labels: { a: 'b' } } });
    const stale = await call('PUT', `${SERVICES}/web`, object);
    expect([stale.code, stale.object['reason'], stale.object['message']]).toEqual([409, 'Conflict', 'Operation cannot be fulfilled on services "web": the object has been modified; please apply your changes to the latest version and try again']);
  });

  it('keeps the version of an object that does not change', async () => {
    const { call } = aCluster();
    const { object } = await call('POST', SERVICES, aService('web'));
    const again = await call('PUT', `${SERVICES}/web`, object);
    expect(again.object.metadata.resourceVersion).toBe(object.metadata.resourceVersion);
  });

  it('keeps addresses and node ports that an update leaves out, and drops what the new type has no use for', async () => {
    const { call } = aCluster();
    const { object } = await call('POST', SERVICES, aService('web', { type: 'LoadBalancer' }));
    const before = object.spec as { clusterIP: string; ports: { nodePort: number }[] };
    const same = await call('PUT', `${SERVICES}/web`, aService('web', { type: 'NodePort' }));
    expect(same.object.spec).toMatchObject({ clusterIP: before.clusterIP, ports: [{ nodePort: before.ports[0]?.nodePort }] });
    expect(same.object.spec).not.toHaveProperty('allocateLoadBalancerNodePorts');
    const inner = await call('PATCH', `${SERVICES}/web`, { spec: { type: 'ClusterIP' } });
    expect(inner.object.spec).not.toHaveProperty('externalTrafficPolicy');
    expect((inner.object.spec as { ports: object[] }).ports[0]).not.toHaveProperty('nodePort');
  });

  it('refuses what may not change', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, aService('web'));
    expect((await call('PATCH', `${SERVICES}/web`, { spec: { clusterIP: '172.20.9.9', clusterIPs: ['172.20.9.9'] } })).object['message']).toContain('may not change once set');
    await call('POST', DEPLOYMENTS, aDeployment('web'));
    const other = await call('PATCH', `${DEPLOYMENTS}/web`, { spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } } });
    expect(other.object['message']).toContain('field is immutable');
  });

  it('keeps status out of the object and the object out of status', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, aService('web', { type: 'LoadBalancer' }));
    const ingress = [{ hostname: 'x.elb.us-west-2.amazonaws.com' }];
    const main = await call('PATCH', `${SERVICES}/web`, { status: { loadBalancer: { ingress } } });
    expect(main.object.status).toEqual({ loadBalancer: {} });
    const status = await call('PATCH', `${SERVICES}/web/status`, { status: { loadBalancer: { ingress } }, spec: { type: 'ClusterIP' }, metadata: { labels: { a: 'b' } } });
    expect(status.object.status).toEqual({ loadBalancer: { ingress } });
    expect(status.object.spec).toMatchObject({ type: 'LoadBalancer' });
    expect(status.object.metadata.labels).toBeUndefined();
  });

  it('counts changes of the spec, and nothing else, in the generation', async () => {
    const { call } = aCluster();
    const made = await call('POST', DEPLOYMENTS, aDeployment('web'));
    const labelled = await call('PATCH', `${DEPLOYMENTS}/web`, { metadata: { labels: { a: 'b' } } });
    const scaled = await call('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 5 } });
    const after = await call('GET', `${DEPLOYMENTS}/web`);
    expect([made, labelled, after].map(({ object }) => object.metadata.generation)).toEqual([1, 1, 2]);
    expect([scaled.object.kind, scaled.object.spec]).toEqual(['Scale', { replicas: 5 }]);
    expect(after.object.spec).toMatchObject({ replicas: 5 });
  });
});
