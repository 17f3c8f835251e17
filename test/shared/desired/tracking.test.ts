import { describe, expect, it } from 'vitest';
import { backendGroupTags, bindingLabels, isBackendGroup, isOfStack, legacyStackTags, serviceStack, stackOfBinding, tagsInAws, trackedName, trackingTags } from '../../../shared/desired/tracking';
import type { Resource } from '../../../shared/model/model';

const stack = serviceStack('demo', { id: 'shop/checkout' });
const group: Resource = { id: 'target-group/shop/checkout:80', type: 'target-group', spec: { name: 'k8s-x', targetType: 'ip', port: 80, protocol: 'TCP', ipAddressType: 'ipv4', tags: { team: 'payments', 'service.k8s.aws/stack': 'mine' } } };

describe('tracking', () => {
  it('puts the tracking tags over the tags of the model', () => {
    expect(tagsInAws(stack, group)).toEqual({ team: 'payments', 'elbv2.k8s.aws/cluster': 'demo', 'service.k8s.aws/stack': 'shop/checkout', 'service.k8s.aws/resource': 'shop/checkout:80' });
  });

  it('knows its resources again, also those of the first version', () => {
    expect(trackedName(stack, trackingTags(stack, '80'))).toBe('80');
    expect(isOfStack(stack, legacyStackTags(stack))).toBe(true);
    expect(trackedName(stack, legacyStackTags(stack))).toBeUndefined();
  });

  it('does not take what belongs to another cluster, Service or kind of owner', () => {
    const others = [serviceStack('other', { id: 'shop/checkout' }), serviceStack('demo', { id: 'shop/cart' }), { ...stack, prefix: 'ingress.k8s.aws' as const }];
    expect(others.map((other) => isOfStack(stack, trackingTags(other, '80')))).toEqual([false, false, false]);
  });

  it('labels bindings by namespace and name, or by the name of a group, both ways', () => {
    expect(bindingLabels(stack)).toEqual({ 'service.k8s.aws/stack-namespace': 'shop', 'service.k8s.aws/stack-name': 'checkout' });
    for (const owner of [{ prefix: 'service.k8s.aws', id: 'a/b' }, { prefix: 'ingress.k8s.aws', id: 'group' }] as const) expect(stackOfBinding(bindingLabels(owner))).toEqual(owner);
    expect(stackOfBinding({ app: 'web' })).toBeUndefined();
  });

  it('knows the shared backend group of a cluster', () => {
    expect(isBackendGroup('demo', { ...backendGroupTags('demo'), owner: 'x' })).toBe(true);
    expect(isBackendGroup('demo', backendGroupTags('other'))).toBe(false);
  });
});
