import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../shared/model/model';
import { describeChange } from '../../../shared/plan/describe-change';
import { garbageOf, makePlan } from '../../../shared/plan/make-plan';
import { applyToObserved } from './apply-to-observed';
import { aBinding, aContext, aListener, aLoadBalancer, aModel, aSecurityGroup, aTargetGroup, owning } from './models';

const observed = applyToObserved(makePlan(aModel(), [], aContext()), []);

/** What is planned when the model is this and AWS has that. */
function changes(model: ReturnType<typeof aModel>, seen: readonly Observed[] = observed, context = owning(seen)): string[] {
  return makePlan(model, seen, context).changes.map(describeChange);
}

function edited<Type extends Observed['type']>(type: Type, edit: (resource: Extract<Observed, { type: Type }>) => object): Observed[] {
  return observed.map((resource) => (resource.type === type ? { ...resource, ...edit(resource as Extract<Observed, { type: Type }>) } : resource));
}

describe('makePlan', () => {
  it('creates in the order in which AWS accepts it', () => {
    expect(changes(aModel(), [])).toEqual([
      'create security group k8s-default-web-1da4b78715',
      'create target group k8s-default-web-0000000080',
      'create load balancer k8s-default-web-6b0ba8ff70',
      'create listener 80',
      'create TargetGroupBinding default/k8s-default-web-0000000080',
    ]);
  });

  it('takes listeners over UDP out of the way of a load balancer that becomes dualstack', () => {
    const udp = [aTargetGroup(53, { protocol: 'UDP' }), aListener(53, { protocol: 'UDP' }), aTargetGroup(54, { protocol: 'UDP' }), aListener(54, { protocol: 'UDP' })];
    const seen = applyToObserved(makePlan(aModel([aLoadBalancer(), ...udp]), [], aContext()), []);
    const model = aModel([aLoadBalancer({ ipAddressType: 'dualstack' }), aTargetGroup(53), aListener(53)]);
    const planned = changes(model, seen);
    const dualstack = planned.findIndex((change) => change.includes('dualstack'));
    expect(planned.slice(0, dualstack).filter((change) => change.includes('listener')).map((change) => change.split(':')[0])).toEqual(['update listener 53', 'delete listener 54']);
  });

  it('sends no attribute that AWS has by itself', () => {
    const group = aTargetGroup(80, { targetGroupAttributes: [{ key: 'proxy_protocol_v2.enabled', value: 'false' }, { key: 'preserve_client_ip.enabled', value: 'true' }] });
    const [change] = makePlan(aModel([group]), [], aContext()).changes;
    expect(change).toMatchObject({ afterwards: [{ kind: 'attributes', set: [{ key: 'preserve_client_ip.enabled', value: 'true' }] }] });
  });

  it('adds every certificate, the default one again', () => {
    const certificates = ['arn:b', 'arn:a'].map((certificateARN) => ({ certificateARN }));
    const listener = aListener(80, { protocol: 'TLS', sslPolicy: 'P', certificates });
    expect(makePlan(aModel([aLoadBalancer(), listener]), [], aContext()).changes.at(-1)).toMatchObject({ afterwards: [{ kind: 'certificates', add: ['arn:a', 'arn:b'], remove: [] }] });
  });

  it('leaves tags alone that AWS, the settings or old controllers own, and removes others', () => {
    const tags = { 'aws:cloudformation:stack-name': 'x', mine: '1', 'kubernetes.io/cluster/demo': 'owned', 'kubernetes.io/service-name': 'web', stray: '1' };
    const seen = edited('load-balancer', ({ observedTags }) => ({ observedTags: { ...observedTags, ...tags } }));
    expect(changes(aModel(), seen, owning(seen, { externalManagedTags: ['mine'] }))).toEqual(['update load balancer k8s-default-web-6b0ba8ff70: tags -stray']);
  });

  it('compares no tags of listeners where the gate is off', () => {
    const seen = edited('listener', () => ({ observedTags: {} }));
    expect(changes(aModel(), seen)).toHaveLength(1);
    expect(changes(aModel(), seen, owning(seen, { tagListeners: false }))).toEqual([]);
  });

  it('does not mind what nobody stated: attributes, port, name, weight of a single group, addresses', () => {
    const seen = edited('target-group', ({ spec }) => ({ spec: { ...spec, name: 'other', port: 8443, targetGroupAttributes: [...(spec.targetGroupAttributes ?? []), { key: 'stickiness.enabled', value: 'true' }] } }));
    expect(changes(aModel(), seen)).toEqual([]);
    const addressed = edited('load-balancer', ({ spec }) => ({ spec: { ...spec, subnetMapping: spec.subnetMapping.map((mapping) => ({ ...mapping, privateIPv4Address: '10.0.0.1' })) } }));
    expect(changes(aModel(), addressed)).toEqual([]);
  });

  it('takes the prefix that AWS chose for source NAT, but not another one than was stated', () => {
    const stated = (sourceNatIpv6Prefix: string) => aModel([aSecurityGroup(), aLoadBalancer({ subnetMapping: [{ subnetID: 'subnet-1', sourceNatIpv6Prefix }, { subnetID: 'subnet-2' }] }), aTargetGroup(), aListener(), aBinding()]);
    const seen = edited('load-balancer', ({ spec }) => ({ spec: { ...spec, subnetMapping: spec.subnetMapping.map((mapping) => ({ ...mapping, sourceNatIpv6Prefix: 'fd00::/80' })) } }));
    expect([changes(aModel(), seen), changes(stated('auto_assigned'), seen), changes(stated('fd00::/80'), seen)]).toEqual([[], [], []]);
    expect(changes(stated('fd01::/80'), seen)).toHaveLength(1);
  });

  it('keeps a target group that goes without a successor as long as it stands beside one that has one', () => {
    const split = aListener(80, { defaultActions: [{ type: 'forward', forwardConfig: { targetGroups: [80, 81].map((port) => ({ targetGroupARN: { ref: `target-group/default/web:${port}` as const, attribute: 'arn' as const }, weight: 1 })) } }] });
    const both = aModel([aSecurityGroup(), aLoadBalancer(), aTargetGroup(80), aTargetGroup(81), split, aBinding(80), aBinding(81)]);
    const seen = applyToObserved(makePlan(both, [], aContext()), []);
    const planned = changes(aModel([aSecurityGroup(), aLoadBalancer(), aTargetGroup(80, { targetType: 'instance' }), aListener(), aBinding()]), seen);
    expect(planned.filter((line) => line.startsWith('delete ') && !line.endsWith('when its successor is healthy'))).toEqual([]);
    expect(planned.filter((line) => line.includes('0000000081'))).toHaveLength(2);
  });

  it('changes subnets and IP address type in one call', () => {
    const model = aModel([aSecurityGroup(), aLoadBalancer({ ipAddressType: 'dualstack', subnetMapping: [{ subnetID: 'subnet-3' }, { subnetID: 'subnet-2' }] }), aTargetGroup(), aListener(), aBinding()]);
    expect(changes(model)).toEqual(['update load balancer k8s-default-web-6b0ba8ff70: subnets subnet-1, subnet-2 → subnet-2, subnet-3 as dualstack']);
  });

  it('leaves a subnet that stays the addresses that it has', () => {
    const seen = edited('load-balancer', ({ spec }) => ({ spec: { ...spec, subnetMapping: [{ subnetID: 'subnet-1', allocationID: 'eipalloc-1' }, { subnetID: 'subnet-2' }] } }));
    const subnetMapping = [{ subnetID: 'subnet-1', allocationID: 'eipalloc-3' }, { subnetID: 'subnet-2', privateIPv4Address: '10.0.0.1' }, { subnetID: 'subnet-3', allocationID: 'eipalloc-1' }];
    const model = aModel([aSecurityGroup(), aLoadBalancer({ subnetMapping }), aTargetGroup(), aListener(), aBinding()]);
    const [change] = makePlan(model, seen, owning(seen)).changes;
    expect(change).toMatchObject({ differences: [{ kind: 'subnets', to: [{ subnetID: 'subnet-1', allocationID: 'eipalloc-1' }, { subnetID: 'subnet-2' }, { subnetID: 'subnet-3', allocationID: 'eipalloc-1' }] }] });
  });

  it('gives IPv6 addresses up with dual stack', () => {
    const seen = edited('load-balancer', ({ spec }) => ({ spec: { ...spec, ipAddressType: 'dualstack', subnetMapping: [{ subnetID: 'subnet-1', ipv6Address: '2001:db8::1' }] } }));
    const [change] = makePlan(aModel(), seen, owning(seen)).changes;
    expect(change).toMatchObject({ differences: [{ kind: 'subnets', ipAddressType: 'ipv4', to: [{ subnetID: 'subnet-1' }, { subnetID: 'subnet-2' }] }] });
    expect(JSON.stringify(change?.action === 'update' ? change.differences.map((difference) => (difference.kind === 'subnets' ? difference.to : [])) : [])).not.toContain('ipv6Address');
  });

  it('knows a CIDR block without its host bits', () => {
    const open = (cidrIP: string) => aSecurityGroup({ ingress: [{ ipProtocol: 'tcp', fromPort: 80, toPort: 80, ipRanges: [{ cidrIP, description: '' }] }] });
    const seen = edited('security-group', () => ({ spec: open('10.0.0.0/8').spec }));
    expect(changes(aModel([open('10.1.2.3/8'), aLoadBalancer(), aTargetGroup(), aListener(), aBinding()]), seen)).toEqual([]);
  });

  it('puts a successor beside a target group whose protocol changed, under a name of its own', () => {
    const model = aModel([aSecurityGroup(), aLoadBalancer(), aTargetGroup(80, { protocol: 'UDP' }), aListener(80, { protocol: 'UDP' }), aBinding()]);
    const plan = makePlan(model, observed, owning(observed));
    expect(plan.changes.map(describeChange)).toEqual([
      expect.stringMatching(/^replace target group k8s-default-web-0000000080 by k8s-default-web-[0-9a-f]{10}: protocol TCP → UDP \(the old one goes when the new one is healthy\)$/),
      'update listener 80: protocol, defaultActions of UDP:80',
      expect.stringMatching(/^create TargetGroupBinding default\/k8s-default-web-(?!0000000080)/),
      'delete TargetGroupBinding default/k8s-default-web-0000000080 when its successor is healthy',
    ]);
    expect(garbageOf(plan).map(({ id }) => id)).toEqual(['target-group-binding/default/web:80', 'target-group/default/web:80']);
  });

  it('lets the old load balancer go first where both cannot have the name', () => {
    const model = aModel([aSecurityGroup(), aLoadBalancer({ scheme: 'internet-facing' }), aTargetGroup(), aListener(), aBinding()]);
    const [change] = makePlan(model, observed, owning(observed)).changes;
    expect(change).toMatchObject({ action: 'replace', order: 'delete-first', old: { takesAlong: ['listener/80'] } });
  });

  it('deletes a port that is gone, listener first', () => {
    const both = applyToObserved(makePlan(aModel([...aModel().resources, aTargetGroup(443), aListener(443), aBinding(443)]), [], aContext()), []);
    expect(changes(aModel(), both)).toEqual(['delete listener 443', 'delete TargetGroupBinding default/k8s-default-web-0000000443', 'delete target group k8s-default-web-0000000443']);
  });

  it('keeps the one of two that the ledger knows', () => {
    const twin = { ...observed.find(({ type }) => type === 'target-group'), id: 'target-group/default/web:80~abc', physicalId: 'arn:a-twin' } as Observed;
    const plan = makePlan(aModel(), [...observed, twin], owning(observed));
    expect(plan.changes.map(({ action, id }) => [action, id])).toEqual([
      ['adopt', twin.id],
      ['delete', twin.id],
    ]);
  });

  it('forgets what AWS does not have any more, before it is made again, but not what is too young to be seen', () => {
    const rest = observed.filter(({ type }) => type !== 'target-group' && type !== 'target-group-binding');
    const plan = makePlan(aModel(), rest, owning(observed));
    expect(plan.changes.map(({ action, id }) => `${action} ${id}`).slice(0, 3)).toEqual(['forget target-group-binding/default/web:80', 'forget target-group/default/web:80', 'create target-group/default/web:80']);
    const young = owning(observed).ledger.map((entry) => ({ ...entry, young: true }));
    expect(makePlan(aModel(), rest, aContext({ ledger: young })).changes.map(({ action }) => action)).not.toContain('forget');
  });

  it('forgets an intention that came to nothing, unless it is taken up again', () => {
    const intent = (id: string) => owning(observed, { ledger: [...owning(observed).ledger, { id, origin: 'created' }] });
    expect(changes(aModel(), observed, intent('target-group/default/web:443'))).toEqual(['forget target-group/default/web:443, which is not there']);
    const udp = aModel([aSecurityGroup(), aLoadBalancer(), aTargetGroup(80, { protocol: 'UDP' }), aListener(80, { protocol: 'UDP' }), aBinding()]);
    expect(makePlan(udp, observed, intent('target-group/default/web:80~1')).changes[0]).toMatchObject({ action: 'replace', id: 'target-group/default/web:80~1' });
  });

  it('remembers listeners that were not read because all goes', () => {
    const withoutListeners = observed.filter(({ type }) => type !== 'listener');
    expect(makePlan(aModel([]), withoutListeners, owning(observed)).changes).toContainEqual(expect.objectContaining({ action: 'delete', type: 'load-balancer', takesAlong: ['listener/80'] }));
    expect(changes(aModel([]), withoutListeners, owning(observed)).join()).not.toContain('forget');
  });
});
