import { expect } from 'vitest';
import { garbageOf } from '../../../shared/plan/make-plan';
import { familyOf } from '../../../shared/model/members';
import type { Change, Creation, Difference, Plan } from '../../../shared/plan/change';
import type { Attribute, IngressPermission, ListenerSpec, Observed, ResourceId, Token } from '../../../shared/model/model';

/**
 * What the world looks like when a plan was applied: AWS as a pure function, which refuses what AWS refuses (names that are taken, what is in use, target groups
 * of two load balancers). `late` says whether what waits for health is done as well.
 */
export function applyToObserved(plan: Plan, observed: readonly Observed[], { late = true } = {}): Observed[] {
  const before = new Map(observed.map((resource) => [resource.physicalId, resource]));
  const members = new Map(Object.entries(plan.kept).map(([id, physicalId]) => [id as ResourceId, before.get(physicalId)?.id ?? (id as ResourceId)]));
  const world = plan.changes.reduce((seen, change) => accepted(seen, applyChange(change, seen, members)), [...observed]);
  if (!late) return world.map((resource) => atHandover(resource, plan, observed, members));
  return garbageOf(plan).reduce((seen, leftover) => accepted(seen, without(seen, [leftover.id, ...leftover.takesAlong])), world);
}

/** Until the late things are done, a listener forwards as it says for the meantime; ARNs in there are those of what goes. */
function atHandover(resource: Observed, { changes }: Plan, observed: readonly Observed[], members: Members): Observed {
  const change = changes.find((candidate) => candidate.action === 'update' && candidate.physicalId === resource.physicalId);
  const difference = change?.action === 'update' ? change.differences.find((candidate) => candidate.kind === 'listener') : undefined;
  if (resource.type !== 'listener' || difference?.kind !== 'listener' || !difference.meanwhile) return resource;
  const ids = new Map(observed.map(({ id, physicalId }) => [physicalId, id]));
  const named = JSON.parse(JSON.stringify(withMembers(difference.meanwhile, members)), (key, value: unknown) => {
    const id = key === 'targetGroupARN' && typeof value === 'string' ? ids.get(value) : undefined;
    return id === undefined ? value : { ref: id, attribute: 'arn' };
  }) as ListenerSpec['defaultActions'];
  return { ...resource, spec: { ...resource.spec, defaultActions: named } };
}

/** The world after a change, if AWS lets it come to that. */
function accepted(before: readonly Observed[], after: Observed[]): Observed[] {
  const names = after.flatMap((resource) => (resource.type === 'load-balancer' || resource.type === 'target-group' ? [`${resource.type} ${resource.spec.name}`] : []));
  expect(new Set(names).size, `names are taken once: ${names.join()}`).toBe(names.length);
  expect(new Set(after.map(({ id }) => id)).size, 'ids are given once').toBe(after.length);
  const present = new Set<string>(after.map(({ id }) => id));
  for (const { id } of before.filter(({ id }) => !present.has(id))) expect(JSON.stringify(after.map(({ spec }) => spec)), `${id} is in use`).not.toContain(JSON.stringify(id));
  const balancers = new Map<string, string>();
  for (const resource of after) if (resource.type === 'listener') for (const group of groupsOf(resource)) expect(balancers.set(group, balancers.get(group) ?? balancerOf(resource)).get(group)).toBe(balancerOf(resource));
  return after;
}

type Listener = Extract<Observed, { type: 'listener' }>;
const balancerOf = ({ spec }: Listener) => JSON.stringify(spec.loadBalancerARN);
const groupsOf = ({ spec }: Listener) => spec.defaultActions.flatMap((action) => action.forwardConfig?.targetGroups.map(({ targetGroupARN }) => JSON.stringify(targetGroupARN)) ?? []);

type Members = Map<ResourceId, ResourceId>;

function applyChange(change: Change, world: Observed[], members: Members): Observed[] {
  switch (change.action) {
    case 'adopt':
    case 'forget':
      return world;
    case 'create':
      return [...world, create(change, members)];
    case 'replace': {
      const rest = change.order === 'delete-first' ? without(world, [change.old.id, ...change.old.takesAlong]) : world;
      return [...rest, create(change, members)];
    }
    case 'delete':
      return change.when === 'healthy' ? world : without(world, [change.id, ...change.takesAlong]);
    case 'update':
      return world.map((resource) => (resource.physicalId === change.physicalId ? change.differences.reduce((seen, difference) => mend(seen, difference, members), resource) : resource));
  }
}

function without(world: readonly Observed[], ids: readonly ResourceId[]): Observed[] {
  return world.filter(({ id }) => !ids.includes(id));
}

function create(creation: Creation, members: Members): Observed {
  members.set(creation.desired.id, creation.id);
  const bare = { ...withMembers(creation.desired, members), id: creation.id, physicalId: `physical:${creation.id}:${members.size}`, observedTags: creation.tags } as Observed;
  return creation.afterwards.reduce((seen, difference) => mend(seen, difference, members), bare.type === 'listener' ? onlyDefaultCertificate(bare) : bare);
}

function onlyDefaultCertificate(listener: Extract<Observed, { type: 'listener' }>): Observed {
  return listener.spec.certificates ? { ...listener, spec: { ...listener.spec, certificates: listener.spec.certificates.slice(0, 1) } } : listener;
}

/** References to desired resources become references to the members that stand behind them. */
function withMembers<Shape>(shape: Shape, members: Members): Shape {
  const resolve = (_: string, value: unknown): unknown => {
    const token = value as Token;
    if (typeof token === 'object' && token !== null && 'ref' in token && token.ref !== 'backend-security-group') return { ...token, ref: members.get(familyOf(token.ref)) ?? token.ref };
    return value;
  };
  return JSON.parse(JSON.stringify(shape, resolve)) as Shape;
}

function mend(seen: Observed, difference: Difference, members: Members): Observed {
  const change = (spec: object): Observed => ({ ...seen, spec: { ...seen.spec, ...withMembers(spec, members) } }) as Observed;
  switch (difference.kind) {
    case 'tags': {
      const kept = Object.entries(seen.observedTags).filter(([key]) => !difference.remove.includes(key));
      return { ...seen, observedTags: { ...Object.fromEntries(kept), ...difference.set } };
    }
    case 'ingress':
      return change({ ingress: ingressAfter(seen, difference) });
    case 'subnets':
      return change({ subnetMapping: difference.to, ...(difference.enablePrefixForIpv6SourceNat ? { enablePrefixForIpv6SourceNat: difference.enablePrefixForIpv6SourceNat } : {}), ...(difference.ipAddressType ? { ipAddressType: difference.ipAddressType } : {}) });
    case 'securityGroups':
      return change({ securityGroups: difference.to, ...(difference.inboundRulesOnPrivateLink ? { securityGroupsInboundRulesOnPrivateLink: difference.inboundRulesOnPrivateLink } : {}) });
    case 'ipAddressType':
      return change({ ipAddressType: difference.to });
    case 'ipamPool':
      return change({ ipv4IPAMPool: difference.to });
    case 'capacity':
      return change({ minimumLoadBalancerCapacity: { capacityUnits: difference.to } });
    case 'healthCheck':
      return change({ healthCheckConfig: { ...difference.from, ...difference.to } });
    case 'attributes':
      return attributesAfter(seen, difference.set);
    case 'listener':
      return listenerAfter(seen, withMembers(difference.to, members));
    case 'certificates':
      return change({ certificates: certificatesAfter(seen, undefined, difference) });
    case 'binding':
      return change(difference.to);
    case 'immutable':
      throw new Error('AWS has no call for that');
  }
}

/** Rules as EC2 keeps them, one source each; a revoked rule is found by what the plan saw. */
function ingressAfter(seen: Observed, { authorize, revoke }: Extract<Difference, { kind: 'ingress' }>): IngressPermission[] {
  const present = seen.type === 'security-group' ? (seen.spec.ingress ?? []) : [];
  const gone = new Set(revoke.map((rule) => JSON.stringify(rule)));
  const rest = present.flatMap(explode).filter((rule) => !gone.has(JSON.stringify(rule)));
  return [...new Map([...rest, ...authorize].map((rule) => [JSON.stringify(rule), rule])).values()];
}

function explode({ ipRanges = [], ipv6Ranges = [], prefixLists = [], userIDGroupPairs = [], ...ports }: IngressPermission): IngressPermission[] {
  return [
    ...ipRanges.map((range) => ({ ...ports, ipRanges: [range] })),
    ...ipv6Ranges.map((range) => ({ ...ports, ipv6Ranges: [range] })),
    ...prefixLists.map((list) => ({ ...ports, prefixLists: [list] })),
    ...userIDGroupPairs.map((pair) => ({ ...ports, userIDGroupPairs: [pair] })),
  ];
}

const ATTRIBUTE_FIELDS: Readonly<Record<string, string>> = { 'load-balancer': 'loadBalancerAttributes', 'target-group': 'targetGroupAttributes', listener: 'listenerAttributes' };

function attributesAfter(seen: Observed, set: readonly Attribute[]): Observed {
  const field = ATTRIBUTE_FIELDS[seen.type] ?? '';
  const present = (new Map(Object.entries(seen.spec)).get(field) ?? []) as Attribute[];
  const merged = new Map([...present, ...set].map(({ key, value }) => [key, { key, value }]));
  return { ...seen, spec: { ...seen.spec, [field]: [...merged.values()] } } as Observed;
}

/** A listener that stops speaking TLS loses its certificates. */
function listenerAfter(seen: Observed, to: ListenerSpec): Observed {
  const { tags: _, certificates: [first] = [], ...rest } = to;
  const certificates = first && certificatesAfter(seen, first.certificateARN);
  const listenerAttributes = seen.type === 'listener' ? seen.spec.listenerAttributes : undefined;
  return { ...seen, spec: { ...rest, ...(certificates ? { certificates } : {}), ...(listenerAttributes ? { listenerAttributes } : {}) } } as Observed;
}

function certificatesAfter(seen: Observed, first: string | undefined, change: { add: readonly string[]; remove: readonly string[] } = { add: [], remove: [] }): { certificateARN: string }[] | undefined {
  const [standard, ...added] = seen.type === 'listener' ? (seen.spec.certificates ?? []).map(({ certificateARN }) => certificateARN) : [];
  const head = first ?? standard;
  if (head === undefined) return undefined;
  return [head, ...added.filter((arn) => !change.remove.includes(arn)), ...change.add].map((certificateARN) => ({ certificateARN }));
}

