import { describe, expect, it } from 'vitest';
import { digestEssence, ESSENCES } from '../../../shared/events/essence';

function essenceOf(resource: string) {
  const found = ESSENCES.find((essence) => essence.resource === resource);
  if (!found) throw new Error(resource);
  return found;
}
const services = essenceOf('services');
const nodes = essenceOf('nodes');
const service = (change: Record<string, unknown> = {}, metadata: object = {}) => ({ metadata: { name: 'web', annotations: { a: '1', b: '2' }, resourceVersion: '5', ...metadata }, spec: { type: 'ClusterIP' }, ...change });
const node = (condition: object) => ({ metadata: { name: 'n' }, spec: { providerID: 'aws:///x/i-1' }, status: { conditions: [{ type: 'Ready', status: 'True', ...condition }] } });

describe('digestEssence', () => {
  it.each([
    ['another resourceVersion', service({}, { resourceVersion: '6' })],
    ['labels', service({}, { labels: { x: 'y' } })],
    ['another order of annotations', service({}, { annotations: { b: '2', a: '1' } })],
    ['conditions in its status', service({ status: { conditions: [{ type: 'X', status: 'True' }] } })],
  ])('does not change with %s of a Service', (_name, changed) => {
    expect(digestEssence(services, changed)).toBe(digestEssence(services, service()));
  });

  it.each([
    ['an annotation', service({}, { annotations: { a: '2', b: '2' } })],
    ['its spec', service({ spec: { type: 'LoadBalancer' } })],
    ['a deletion', service({}, { deletionTimestamp: 'now' })],
    ['a finalizer', service({}, { finalizers: ['x'] })],
    ['a hostname that somebody removed', service({ status: { loadBalancer: { ingress: [] } } })],
  ])('changes with %s of a Service', (_name, changed) => {
    expect(digestEssence(services, changed)).not.toBe(digestEssence(services, service()));
  });

  it('does not change with the heartbeat of a node, and changes with its readiness', () => {
    expect(digestEssence(nodes, node({ lastHeartbeatTime: '2' }))).toBe(digestEssence(nodes, node({ lastHeartbeatTime: '1' })));
    expect(digestEssence(nodes, node({ status: 'False' }))).not.toBe(digestEssence(nodes, node({})));
  });
});

describe('the hint of a Service', () => {
  it.each([
    ['an ordinary one', service(), 'false'],
    ['type LoadBalancer', service({ spec: { type: 'LoadBalancer' } }), 'true'],
    ['a class', service({ spec: { loadBalancerClass: 'service.k8s.aws/nlb' } }), 'true'],
    ['an annotation of ours', service({}, { annotations: { 'service.beta.kubernetes.io/aws-load-balancer-type': 'external' } }), 'true'],
    ['our finalizer', service({}, { finalizers: ['service.k8s.aws/resources'] }), 'true'],
  ])('%s', (_name, object, candidate) => {
    expect(services.hints?.(object)).toEqual({ candidate });
  });
});
