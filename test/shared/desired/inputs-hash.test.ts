import { describe, expect, it } from 'vitest';
import { Settings } from '../../../shared/contract/settings';
import { digestInputs } from '../../../shared/desired/inputs-hash';

const settings = Settings.parse({});
const digestOf = (metadata: object, spec: object = {}) =>
  digestInputs({ service: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', uid: '1', ...metadata }, spec: { ports: [{ port: 80 }], ...spec } }, extraServices: [], settings, mode: 'own' });

describe('the digest of what a Service asks for', () => {
  it.each([
    ['a label', { labels: { team: 'a' } }],
    ['what kubectl keeps for itself', { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }],
    ['an annotation for somebody else', { annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'a.example.com' } }],
    ['a finalizer', { finalizers: ['service.k8s.aws/resources'] }],
    ['bookkeeping', { resourceVersion: '7', generation: 3, managedFields: [] }],
  ])('does not move with %s', (_, metadata) => {
    expect(digestOf(metadata)).toBe(digestOf({}));
  });

  it.each([
    ['an annotation of load balancers', { annotations: { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' } }],
    ['a misspelled one, which is told', { annotations: { 'service.beta.kubernetes.io/aws-load-balancer-shceme': 'internal' } }],
    ['the approval of a plan', { annotations: { 'stepbalancer.io/approve-plan': 'abc' } }],
    ['another object of the same name', { uid: '2' }],
    ['its deletion', { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ])('moves with %s', (_, metadata) => {
    expect(digestOf(metadata)).not.toBe(digestOf({}));
  });

  it('moves with the spec', () => {
    expect(digestOf({}, { ports: [{ port: 81 }] })).not.toBe(digestOf({}));
  });
});
