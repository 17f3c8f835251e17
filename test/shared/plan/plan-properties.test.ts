import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model, Observed, Resource } from '../../../shared/model/model';
import type { Change } from '../../../shared/plan/change';
import { emptiedTargetGroups } from '../../../shared/plan/emptied-target-groups';
import { formatPlan, parsePlan, planHash } from '../../../shared/plan/format-plan';
import { makePlan } from '../../../shared/plan/make-plan';
import { applyToObserved } from './apply-to-observed';
import { aBinding, aContext, aListener, aLoadBalancer, aModel, aSecurityGroup, aTargetGroup, owning } from './models';

const tags = fc.option(fc.dictionary(fc.constantFrom('team', 'stage', 'cost'), fc.constantFrom('a', 'b'), { maxKeys: 3 }), { nil: undefined });
const stated = <Value extends object>(record: Value): Value => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Value;
const attributes = (...keys: string[]) => fc.subarray(keys).chain((chosen) => fc.tuple(...chosen.map((key) => fc.constantFrom('true', 'false').map((value) => ({ key, value })))));
const cidrs = fc.uniqueArray(fc.constantFrom('0.0.0.0/0', '10.1.2.3/8', '192.168.0.0/16'), { minLength: 1 });

const securityGroup = fc.record({ tags, cidrs, ports: fc.uniqueArray(fc.constantFrom(80, 443, 53), { minLength: 1 }) }).map(({ tags, cidrs, ports }) =>
  aSecurityGroup(stated({ tags, ingress: ports.flatMap((port) => cidrs.map((cidrIP) => ({ ipProtocol: 'tcp', fromPort: port, toPort: port, ipRanges: [{ cidrIP }] }))) }) as object),
);

const loadBalancer = fc
  .record({
    scheme: fc.constantFrom('internal', 'internet-facing'),
    ipAddressType: fc.constantFrom('ipv4', 'dualstack'),
    subnets: fc.uniqueArray(fc.constantFrom('subnet-1', 'subnet-2', 'subnet-3'), { minLength: 1 }),
    named: fc.boolean(),
    loadBalancerAttributes: attributes('load_balancing.cross_zone.enabled', 'deletion_protection.enabled'),
    capacityUnits: fc.option(fc.constantFrom(0, 100, 200), { nil: undefined }),
    privateLink: fc.option(fc.constantFrom('on', 'off'), { nil: undefined }),
    tags,
  })
  .map(({ scheme, ipAddressType, subnets, named, loadBalancerAttributes, capacityUnits, privateLink, tags }) =>
    aLoadBalancer(
      stated({
        name: named ? 'my-name' : `k8s-default-web-${scheme}`,
        scheme,
        ipAddressType,
        subnetMapping: subnets.map((subnetID) => ({ subnetID })),
        loadBalancerAttributes,
        minimumLoadBalancerCapacity: capacityUnits === undefined ? undefined : { capacityUnits },
        securityGroupsInboundRulesOnPrivateLink: privateLink,
        tags,
      }) as object,
    ),
  );

const port = (number: number) =>
  fc
    .record({
      protocol: fc.constantFrom('TCP', 'UDP', 'TLS'),
      targetType: fc.constantFrom('ip', 'instance'),
      targetGroupAttributes: attributes('proxy_protocol_v2.enabled', 'preserve_client_ip.enabled'),
      path: fc.option(fc.constantFrom('/', '/healthz'), { nil: undefined }),
      certificates: fc.shuffledSubarray(['arn:c1', 'arn:c2', 'arn:c3'], { minLength: 1 }),
      weighted: fc.boolean(),
      tags,
    })
    .map(({ protocol, targetType, targetGroupAttributes, path, certificates, weighted, tags }): Resource[] => {
      const healthCheckConfig = stated({ port: number, protocol: path === undefined ? 'TCP' : 'HTTP', path, intervalSeconds: 10 });
      const group = aTargetGroup(number, stated({ protocol, targetType, targetGroupAttributes, healthCheckConfig, tags }) as object);
      const tls = protocol === 'TLS' ? { sslPolicy: 'ELBSecurityPolicy-2016-08', certificates: certificates.map((certificateARN) => ({ certificateARN })) } : {};
      const targetGroups = [{ targetGroupARN: { ref: group.id, attribute: 'arn' } as const, ...(weighted ? { weight: 1 } : {}) }];
      return [group, aListener(number, stated({ protocol, ...tls, defaultActions: [{ type: 'forward', forwardConfig: { targetGroups } }], tags }) as object), aBinding(number)];
    });

const model: fc.Arbitrary<Model> = fc
  .tuple(securityGroup, loadBalancer, fc.subarray([80, 443, 53]).chain((ports) => fc.tuple(...ports.map(port))))
  .map(([group, balancer, ports]) => aModel([group, balancer, ...ports.flat()]));
const anyModel = fc.oneof({ weight: 9, arbitrary: model }, { weight: 1, arbitrary: fc.constant(aModel([])) });

/** The world after a model was applied to nothing. */
function built(desired: Model): Observed[] {
  return applyToObserved(makePlan(desired, [], aContext()), []);
}

describe('a plan', () => {
  it('is empty when nothing differs', () => {
    fc.assert(
      fc.property(anyModel, (desired) => {
        expect(makePlan(desired, built(desired), owning(built(desired))).changes).toEqual([]);
      }),
    );
  });

  it('is empty after the plan from any other model was applied', () => {
    fc.assert(
      fc.property(anyModel, anyModel, (a, b) => {
        const before = built(a);
        const after = applyToObserved(makePlan(b, before, owning(before)), before);
        expect(makePlan(b, after, owning(after)).changes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('only moves traffic and deletes once everything but what waits for health was applied', () => {
    fc.assert(
      fc.property(anyModel, anyModel, (a, b) => {
        const before = built(a);
        const after = applyToObserved(makePlan(b, before, owning(before)), before, { late: false });
        const rest = makePlan(b, after, owning(after));
        const movesTraffic = (change: Change) => change.action === 'update' && change.differences.every((difference) => difference.kind === 'listener' && difference.meanwhile !== undefined);
        expect(rest.changes.filter((change) => change.action !== 'delete' && !movesTraffic(change))).toEqual([]);
        expect(applyToObserved(rest, after)).toHaveLength(b.resources.length);
      }),
    );
  });

  it('leads back after a change of mind half-way', () => {
    fc.assert(
      fc.property(anyModel, anyModel, (a, b) => {
        const before = built(a);
        const between = applyToObserved(makePlan(b, before, owning(before)), before, { late: false });
        const back = applyToObserved(makePlan(a, between, owning(between)), between);
        expect(makePlan(a, back, owning(back)).changes).toEqual([]);
      }),
    );
  });

  it('does not depend on the order of resources, rules, subnets, attributes and tags', () => {
    fc.assert(
      fc.property(anyModel, anyModel, (a, b) => {
        const before = built(a);
        const reversed = { ...b, resources: b.resources.map(turnedAround).reverse() };
        const hash = planHash(makePlan(b, before, owning(before)));
        expect(planHash(makePlan(b, [...before].reverse(), owning([...before].reverse())))).toBe(hash);
        const after = applyToObserved(makePlan(b, before, owning(before)), before);
        expect(makePlan(reversed, after, owning(after)).changes).toEqual([]);
      }),
    );
  });

  it('never takes a target group from under traffic, nor what fills it', () => {
    fc.assert(
      fc.property(anyModel, anyModel, (a, b) => {
        expect(emptiedTargetGroups(makePlan(b, built(a), owning(built(a))), built(a))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('survives being written down', () => {
    fc.assert(
      fc.property(anyModel, anyModel, (a, b) => {
        const plan = makePlan(b, built(a), owning(built(a)));
        expect(parsePlan(formatPlan(plan))).toEqual(plan);
      }),
    );
  });
});

function turnedAround(resource: Resource): Resource {
  if (resource.type === 'security-group') return { ...resource, spec: { ...resource.spec, ingress: [...(resource.spec.ingress ?? [])].reverse() } };
  if (resource.type === 'load-balancer') return { ...resource, spec: { ...resource.spec, subnetMapping: [...resource.spec.subnetMapping].reverse(), loadBalancerAttributes: [...(resource.spec.loadBalancerAttributes ?? [])].reverse() } };
  if (resource.type === 'target-group') return { ...resource, spec: { ...resource.spec, targetGroupAttributes: [...(resource.spec.targetGroupAttributes ?? [])].reverse() } };
  return resource;
}
