import type { LedgerItem } from '../../../shared/contract/items';
import type { Model, Observed, Resource } from '../../../shared/model/model';
import type { PlanContext } from '../../../shared/plan/change';
import type { Desired } from '../../../shared/model/members';

/** Small builders with defaults, so that each test shows only what matters to it. */

export const STACK = { clusterName: 'demo', prefix: 'service.k8s.aws', id: 'default/web' } as const;

export function aContext(overrides: Partial<PlanContext> = {}): PlanContext {
  return { stack: STACK, externalManagedTags: [], tagListeners: true, ledger: [], ...overrides };
}

export function aSecurityGroup(spec: Partial<Desired<'security-group'>['spec']> = {}): Desired<'security-group'> {
  const ingress = [{ ipProtocol: 'tcp', fromPort: 80, toPort: 80, ipRanges: [{ cidrIP: '0.0.0.0/0' }] }];
  return { id: 'security-group/ManagedLBSecurityGroup', type: 'security-group', spec: { groupName: 'k8s-default-web-1da4b78715', description: '[k8s] Managed', ingress, ...spec } };
}

export function aLoadBalancer(spec: Partial<Desired<'load-balancer'>['spec']> = {}): Desired<'load-balancer'> {
  return {
    id: 'load-balancer/LoadBalancer',
    type: 'load-balancer',
    spec: {
      name: 'k8s-default-web-6b0ba8ff70',
      type: 'network',
      scheme: 'internal',
      ipAddressType: 'ipv4',
      enablePrefixForIpv6SourceNat: 'off',
      subnetMapping: [{ subnetID: 'subnet-1' }, { subnetID: 'subnet-2' }],
      securityGroups: [
        { ref: 'security-group/ManagedLBSecurityGroup', attribute: 'groupId' },
        { ref: 'backend-security-group', attribute: 'groupId' },
      ],
      ...spec,
    },
  };
}

export function aTargetGroup(port = 80, spec: Partial<Desired<'target-group'>['spec']> = {}): Desired<'target-group'> {
  return {
    id: `target-group/default/web:${port}`,
    type: 'target-group',
    spec: {
      name: `k8s-default-web-${String(port).padStart(10, '0')}`,
      targetType: 'ip',
      port,
      protocol: 'TCP',
      ipAddressType: 'ipv4',
      healthCheckConfig: { port: 'traffic-port', protocol: 'TCP', intervalSeconds: 10, timeoutSeconds: 10, healthyThresholdCount: 3, unhealthyThresholdCount: 3 },
      targetGroupAttributes: [{ key: 'proxy_protocol_v2.enabled', value: 'false' }],
      ...spec,
    },
  };
}

export function aListener(port = 80, spec: Partial<Desired<'listener'>['spec']> = {}): Desired<'listener'> {
  return {
    id: `listener/${port}`,
    type: 'listener',
    spec: {
      loadBalancerARN: { ref: 'load-balancer/LoadBalancer', attribute: 'arn' },
      port,
      protocol: 'TCP',
      defaultActions: [{ type: 'forward', forwardConfig: { targetGroups: [{ targetGroupARN: { ref: `target-group/default/web:${port}`, attribute: 'arn' } }] } }],
      ...spec,
    },
  };
}

export function aBinding(port = 80, name = aTargetGroup(port).spec.name): Desired<'target-group-binding'> {
  return {
    id: `target-group-binding/default/web:${port}`,
    type: 'target-group-binding',
    spec: {
      template: {
        metadata: { name, namespace: 'default' },
        spec: {
          targetGroupARN: { ref: `target-group/default/web:${port}`, attribute: 'arn' },
          targetType: 'ip',
          targetGroupProtocol: 'TCP',
          serviceRef: { name: 'web', port },
          networking: { ingress: [{ from: [{ securityGroup: { groupID: { ref: 'backend-security-group', attribute: 'groupId' } } }], ports: [{ protocol: 'TCP', port }] }] },
          ipAddressType: 'ipv4',
          vpcID: 'vpc-1',
        },
      },
    },
  };
}

/** The model of a Service with one port, or of what is named instead. */
export function aModel(resources: readonly Resource[] = [aSecurityGroup(), aLoadBalancer(), aTargetGroup(), aListener(), aBinding()]): Model {
  return { id: STACK.id, resources };
}

/** A context whose ledger holds all of these. */
export function owning(observed: readonly Observed[], overrides: Partial<PlanContext> = {}): PlanContext {
  const ledger = observed.map(({ id, physicalId }): Pick<LedgerItem, 'id' | 'origin'> & { physicalId: string } => ({ id, physicalId, origin: 'created' }));
  return aContext({ ledger, ...overrides });
}
