import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { TestCluster } from './a-cluster';
import { aCluster } from './a-cluster';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const BINDINGS = '/apis/elbv2.k8s.aws/v1beta1/namespaces/default/targetgroupbindings';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

const crd = parse(readFileSync('infra/cluster/crds/target-group-binding.yaml', 'utf8')) as object;
const binding = (spec: object = {}) => ({ apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', metadata: { name: 'k8s-web' }, spec: { serviceRef: { name: 'web', port: 'http' }, targetGroupARN: 'arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/x/1', targetType: 'ip', ...spec } });

async function withCrd(): Promise<TestCluster> {
  const test = aCluster();
  expect((await test.call('POST', CRDS, crd)).code).toBe(201);
  test.pass(1);
  return test;
}

describe('the CRD of TargetGroupBinding', () => {
  it('is served under the names of the AWS Load Balancer Controller', async () => {
    const { call } = await withCrd();
    const { object } = await call('GET', '/apis/elbv2.k8s.aws/v1beta1');
    expect(object['resources']).toMatchObject([{ name: 'targetgroupbindings', kind: 'TargetGroupBinding', singularName: 'targetgroupbinding', namespaced: true }, { name: 'targetgroupbindings/status' }]);
    const { status } = (await call('GET', `${CRDS}/targetgroupbindings.elbv2.k8s.aws`)).object;
    expect(status).toMatchObject({ conditions: [{ type: 'NamesAccepted', status: 'True' }, { type: 'Established', status: 'True' }], storedVersions: ['v1beta1'] });
  });

  it.each([
    ['everything that a model asks for', { networking: { ingress: [{ from: [{ securityGroup: { groupID: 'sg-1' } }], ports: [{ protocol: 'TCP', port: 80 }, { protocol: 'UDP', port: 'dns' }] }] }, ipAddressType: 'ipv4', vpcID: 'vpc-1', targetGroupProtocol: 'TCP_UDP', nodeSelector: { matchLabels: { a: 'b' } }, multiClusterTargetGroup: true }, 201, ''],
    ['a port by number', { serviceRef: { name: 'web', port: 80 } }, 201, ''],
    ['an unknown target type', { targetType: 'lambda' }, 422, 'spec.targetType: Unsupported value: "lambda": supported values: "instance", "ip"'],
    ['no port', { serviceRef: { name: 'web' } }, 422, 'spec.serviceRef.port: Required value'],
    ['a port that is neither', { serviceRef: { name: 'web', port: true } }, 422, 'spec.serviceRef.port in body must be of type integer,string: "boolean"'],
    ['a selector without operator', { nodeSelector: { matchExpressions: [{ key: 'a' }] } }, 422, 'spec.nodeSelector.matchExpressions[0].operator: Required value'],
  ])('judges %s', async (_case, spec, code, message) => {
    const { call } = await withCrd();
    const answer = await call('POST', BINDINGS, binding(spec));
    expect(answer.code).toBe(code);
    expect(answer.object['message'] ?? '').toContain(message);
  });

  it('prunes what it does not know, or refuses it when asked to be strict', async () => {
    const { call } = await withCrd();
    expect((await call('POST', `${BINDINGS}?fieldValidation=Strict`, binding({ bogus: 1 }))).object['message']).toContain('strict decoding error: unknown field "spec.bogus"');
    expect((await call('POST', BINDINGS, binding({ bogus: 1 }))).object.spec).not.toHaveProperty('bogus');
  });

  it('has its columns in tables', async () => {
    const { call } = await withCrd();
    await call('POST', BINDINGS, binding());
    const { object } = await call('GET', BINDINGS, undefined, TABLE);
    const columns = object['columnDefinitions'] as { name: string; priority: number }[];
    expect(columns.map(({ name, priority }) => `${name} ${priority}`)).toEqual(['Name 0', 'SERVICE-NAME 0', 'SERVICE-PORT 0', 'TARGET-TYPE 0', 'ARN 1', 'AGE 0']);
    expect((object['rows'] as { cells: unknown[] }[])[0]?.cells).toEqual(['k8s-web', 'web', 'http', 'ip', 'arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/x/1', '0s']);
  });

  it('keeps its status apart and counts generations', async () => {
    const { call } = await withCrd();
    await call('POST', BINDINGS, binding());
    await call('PATCH', `${BINDINGS}/k8s-web/status`, { status: { observedGeneration: 1 } });
    const changed = await call('PATCH', `${BINDINGS}/k8s-web`, { spec: { vpcID: 'vpc-1' } });
    expect([changed.object.metadata.generation, changed.object.status]).toEqual([2, { observedGeneration: 1 }]);
  });

  it('takes its objects along when it is deleted, once their finalizers are gone', async () => {
    const { call, pass } = await withCrd();
    await call('POST', BINDINGS, { ...binding(), metadata: { name: 'k8s-web', finalizers: ['elbv2.k8s.aws/resources'] } });
    await call('DELETE', `${CRDS}/targetgroupbindings.elbv2.k8s.aws`);
    pass(3);
    expect((await call('GET', `${BINDINGS}/k8s-web`)).object.metadata.deletionTimestamp).toBeDefined();
    await call('PATCH', `${BINDINGS}/k8s-web`, { metadata: { finalizers: null } });
    pass(3);
    expect((await call('GET', `${CRDS}/targetgroupbindings.elbv2.k8s.aws`)).code).toBe(404);
    expect((await call('GET', BINDINGS)).code).toBe(404);
  });
});

describe('a custom kind', () => {
  it('gets the defaults of its schema, and its own scale', async () => {
    const { call } = aCluster();
    const schema = { type: 'object', properties: { spec: { type: 'object', default: {}, properties: { size: { type: 'integer', default: 3 }, mode: { type: 'string', default: 'a' } } } } };
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } } }];
    await call('POST', CRDS, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.x.io' }, spec: { group: 'x.io', scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' }, versions } });
    const path = '/apis/x.io/v1/namespaces/default/things';
    const made = await call('POST', path, { apiVersion: 'x.io/v1', kind: 'Thing', metadata: { name: 'a' } });
    expect(made.object.spec).toEqual({ size: 3, mode: 'a' });
    expect((await call('PATCH', `${path}/a/scale`, { spec: { replicas: 9 } })).object.spec).toEqual({ replicas: 9 });
    expect((await call('GET', `${path}/a`)).object.spec).toEqual({ size: 9, mode: 'a' });
  });

  it('is refused with a definition under a wrong name', async () => {
    const { object } = await aCluster().call('POST', CRDS, { ...crd, metadata: { name: 'wrong.elbv2.k8s.aws' } });
    expect(object['message']).toContain('must be spec.names.plural+"."+spec.group');
  });
});
