import { describe, expect, it } from 'vitest';
import type { LoadBalancerFacts } from '../../../../shared/model/facts';
import { aPort, aService, codesOf, modelOf, specOf } from './a-service';

const existing: LoadBalancerFacts = { arn: 'arn:aws:elasticloadbalancing:…/net/x/1', name: 'x', vpcId: 'vpc-1', type: 'network', scheme: 'internet-facing', securityGroups: [], zones: [{ zoneName: 'us-west-2a', subnetId: 'subnet-a' }], tags: {} };

describe('buildServiceModel', () => {
  it('gives a Service that nobody asked for nothing, and says why', () => {
    expect(modelOf(aService({ spec: { loadBalancerClass: 'example.org/none' } }))).toEqual({ outcome: 'none', model: { id: 'default/web', resources: [] }, why: 'not-selected' });
  });

  it('lets a Service be deleted whatever else its annotations say', () => {
    const service = aService({ annotations: { 'aws-load-balancer-scheme': 'bogus', 'aws-load-balancer-subnets': '', 'actions.TCP-80': '{' } });
    const deleting = { ...service, metadata: { ...service.metadata, deletionTimestamp: '2026-05-04T10:11:12Z', finalizers: ['service.k8s.aws/resources'] } };
    expect(modelOf(deleting)).toMatchObject({ outcome: 'none', why: 'deleted' });
  });

  it('says whose annotation is wrong, what was expected, what was found, and what to do', () => {
    const outcome = modelOf(aService({ annotations: { 'aws-load-balancer-scheme': 'public' } }));
    expect(outcome).toEqual({
      outcome: 'refused',
      problems: [
        {
          code: 'UnknownScheme',
          message: 'Service default/web: annotation service.beta.kubernetes.io/aws-load-balancer-scheme must be "internal" or "internet-facing" (exactly so), got "public"; correct it or remove the annotation',
          object: { group: '', resource: 'services', namespace: 'default', name: 'web', uid: '0b1c2d3e-0000-4000-8000-000000000001' },
        },
      ],
    });
  });

  it('names everything that it makes in the order of making', () => {
    const outcome = modelOf(aService());
    if (outcome.outcome !== 'load-balancer') throw new Error('no model');
    expect(outcome.model.resources.map(({ id }) => id)).toEqual(['security-group/ManagedLBSecurityGroup', 'target-group/default/web:80', 'load-balancer/LoadBalancer', 'listener/80', 'target-group-binding/default/web:80']);
    expect(specOf(outcome, 'load-balancer').securityGroups).toEqual([{ ref: 'security-group/ManagedLBSecurityGroup', attribute: 'groupId' }, { ref: 'backend-security-group', attribute: 'groupId' }]);
  });

  it('refuses a forward action without forwardConfig, on which LBC crashes', () => {
    expect(codesOf(modelOf(aService({ annotations: { 'actions.TCP-80': '{"type":"forward"}' } })))).toEqual(['InvalidAction']);
  });
});

describe('warnings', () => {
  it.each([
    ['UnknownAnnotation', aService({ annotations: { 'aws-load-balancer-schema': 'internal' } })],
    ['PortShadowed', aService({ ports: [aPort({ port: 53 }), aPort({ port: 53, protocol: 'UDP', nodePort: 30054 })] })],
    ['EmptyPrefixLists', aService({ annotations: { 'aws-load-balancer-security-group-prefix-lists': '' } })],
    ['IgnoredAnnotationValue', aService({ annotations: { 'aws-load-balancer-enable-tcp-udp-listener': 'yes' } })],
  ])('tells %s, and builds the model all the same', (code, service) => {
    const outcome = modelOf(service);
    expect(outcome.outcome).toBe('load-balancer');
    expect(codesOf(outcome)).toEqual([code]);
  });

  it('tells of QUIC ports that are not there, and that pods need server ids', () => {
    expect(codesOf(modelOf(aService({ annotations: { 'aws-load-balancer-quic-enabled-ports': '8443' } })))).toEqual(['UnusedQuicPort', 'QuicServerIdsNotGiven']);
  });

  it('are none for an ordinary Service', () => expect(codesOf(modelOf(aService({ annotations: { 'aws-load-balancer-scheme': 'internal' } })))).toEqual([]));
});

describe('Services of the in-tree provider', () => {
  const inTree = (annotations: Record<string, string>) => {
    const { loadBalancerClass: _, ...spec } = aService().spec;
    return { ...aService({ annotations: { 'aws-load-balancer-type': 'nlb', ...annotations } }), spec };
  };
  const ours = { stepbalancer: { legacyServices: true } };

  it('are left alone by default', () => expect(modelOf(inTree({ 'aws-load-balancer-internal': '0.0.0.0/0' }))).toMatchObject({ outcome: 'none', why: 'not-selected' }));
  it('are internal with 0.0.0.0/0, where the settings give them to us', () => expect(specOf(modelOf(inTree({ 'aws-load-balancer-internal': '0.0.0.0/0' }), {}, ours), 'load-balancer').scheme).toBe('internal'));
  it('are internet-facing without a word', () => expect(specOf(modelOf(inTree({}), {}, ours), 'load-balancer').scheme).toBe('internet-facing'));
  it('keep the scheme of their load balancer', () => expect(specOf(modelOf(inTree({}), { existingLoadBalancer: { ...existing, scheme: 'internal' } }, ours), 'load-balancer').scheme).toBe('internal'));
  it('may say * for all TLS ports', () => {
    const tls = inTree({ 'aws-load-balancer-ssl-cert': 'arn:aws:acm:x', 'aws-load-balancer-ssl-ports': '*' });
    expect(specOf(modelOf(tls, {}, ours), 'listener').protocol).toBe('TLS');
  });
});

describe('what we do better than LBC', () => {
  const extra = { metadata: { name: 'next', namespace: 'default', uid: 'u2' }, spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32200, ports: [aPort({ port: 8081, nodePort: 31081 })] } };
  const action = (more = '') => `{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"next","servicePort":8081${more}}]}}`;

  it('checks a further Service on its own health check node port', () => {
    const outcome = modelOf(aService({ annotations: { 'actions.TCP-80': action() } }), { extraServices: [extra] });
    if (outcome.outcome !== 'load-balancer') throw new Error('no model');
    const group = outcome.model.resources.find(({ id }) => id === 'target-group/default/next:8081');
    expect(group).toMatchObject({ spec: { healthCheckConfig: { port: 32200 } } });
  });

  it('refuses a target group that AWS would refuse behind the second listener, unless it is decrypted', () => {
    const annotations = (tls: string) => ({ 'aws-load-balancer-ssl-cert': 'arn:aws:acm:x', 'aws-load-balancer-ssl-ports': '443', 'actions.TLS-443': tls, 'actions.TCP-80': action() });
    const ports = [aPort({ port: 443, nodePort: 30443 }), aPort()];
    expect(codesOf(modelOf(aService({ annotations: annotations(action()), ports }), { extraServices: [extra] }))).toEqual(['SharedTargetGroupProtocol']);
    expect(codesOf(modelOf(aService({ annotations: annotations(action(',"decrypt":true')), ports }), { extraServices: [extra] }))).toEqual([]);
  });

  it('opens QUIC targets for their TCP health check where rules go by address', () => {
    const quic = aService({ annotations: { 'aws-load-balancer-quic-enabled-ports': '80' }, ports: [aPort({ protocol: 'UDP' })] });
    const { networking } = specOf(modelOf(quic, { existingLoadBalancer: existing }), 'target-group-binding').template.spec;
    expect(networking?.ingress?.map(({ ports }) => ports)).toEqual([[{ protocol: 'UDP', port: 30080 }], [{ protocol: 'TCP', port: 30080 }]]);
  });
});
