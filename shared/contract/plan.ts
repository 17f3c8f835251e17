import * as z from 'zod';
import type { Resource } from '../model/model';
import type { Change, Difference, Plan } from '../plan/change';
import { VERSION } from './events';

/** A plan as it is stored and printed. Strict: a plan of another shape is another version. */

const text = z.string();
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.exactOptional();
const tags = z.record(text, text);
const onOff = z.enum(['on', 'off']);
const attributes = z.array(z.strictObject({ key: text, value: text }));
const resourceId = z.templateLiteral([z.enum(['security-group', 'load-balancer', 'target-group', 'listener', 'target-group-binding']), '/', z.string()]);
const resourceType = z.enum(['security-group', 'load-balancer', 'target-group', 'listener', 'target-group-binding']);
const token = z.union([text, z.strictObject({ ref: z.union([resourceId, z.literal('backend-security-group')]), attribute: z.enum(['arn', 'groupId', 'dnsName']) })]);

const ingress = z.array(
  z.strictObject({
    ipProtocol: text,
    fromPort: optional(z.number()),
    toPort: optional(z.number()),
    ipRanges: optional(z.array(z.strictObject({ cidrIP: text, description: optional(text) }))),
    ipv6Ranges: optional(z.array(z.strictObject({ cidrIPv6: text, description: optional(text) }))),
    prefixLists: optional(z.array(z.strictObject({ listID: text, description: optional(text) }))),
    userIDGroupPairs: optional(z.array(z.strictObject({ groupID: token, description: optional(text) }))),
  }),
);

const subnetMapping = z.array(
  z.strictObject({
    subnetID: text,
    allocationID: optional(text),
    privateIPv4Address: optional(text),
    ipv6Address: optional(text),
    sourceNatIpv6Prefix: optional(text),
  }),
);

const ipAddressType = z.enum(['ipv4', 'dualstack', 'dualstack-without-public-ipv4']);

const securityGroup = z.strictObject({ groupName: text, description: text, tags: optional(tags), ingress: optional(ingress) });

const loadBalancer = z.strictObject({
  name: text,
  type: z.enum(['network', 'application']),
  scheme: z.enum(['internal', 'internet-facing']),
  ipAddressType,
  enablePrefixForIpv6SourceNat: optional(onOff),
  subnetMapping,
  securityGroups: optional(z.array(token)),
  securityGroupsInboundRulesOnPrivateLink: optional(onOff),
  customerOwnedIPv4Pool: optional(text),
  ipv4IPAMPool: optional(text),
  loadBalancerAttributes: optional(attributes),
  minimumLoadBalancerCapacity: optional(z.strictObject({ capacityUnits: z.number() })),
  tags: optional(tags),
});

const healthCheck = z.strictObject({
  port: optional(z.union([z.number(), text])),
  protocol: optional(text),
  path: optional(text),
  matcher: optional(z.strictObject({ httpCode: optional(text), grpcCode: optional(text) })),
  intervalSeconds: optional(z.number()),
  timeoutSeconds: optional(z.number()),
  healthyThresholdCount: optional(z.number()),
  unhealthyThresholdCount: optional(z.number()),
});

const targetType = z.enum(['instance', 'ip', 'alb']);
const family = z.enum(['ipv4', 'ipv6']);

const targetGroup = z.strictObject({
  name: text,
  targetType,
  port: z.number(),
  protocol: text,
  protocolVersion: optional(text),
  ipAddressType: family,
  healthCheckConfig: optional(healthCheck),
  targetGroupAttributes: optional(attributes),
  tags: optional(tags),
  targetControlPort: optional(z.number()),
});

const action = z.strictObject({
  type: text,
  forwardConfig: optional(
    z.strictObject({
      targetGroups: z.array(z.strictObject({ targetGroupARN: token, weight: optional(z.number()) })),
      targetGroupStickinessConfig: optional(z.strictObject({ enabled: optional(z.boolean()), durationSeconds: optional(z.number()) })),
    }),
  ),
});

const listener = z.strictObject({
  loadBalancerARN: token,
  port: z.number(),
  protocol: text,
  defaultActions: z.array(action),
  certificates: optional(z.array(z.strictObject({ certificateARN: text }))),
  sslPolicy: optional(text),
  alpnPolicy: optional(z.array(text)),
  listenerAttributes: optional(attributes),
  tags: optional(tags),
});

const portNumberOrName = z.union([z.number(), text]);
const networkingRule = z.strictObject({
  from: z.array(z.union([z.strictObject({ ipBlock: z.strictObject({ cidr: text }) }), z.strictObject({ securityGroup: z.strictObject({ groupID: token }) })])),
  ports: z.union([z.array(z.strictObject({ protocol: optional(text), port: optional(portNumberOrName) })), z.null()]),
});

const targetGroupBinding = z.strictObject({
  template: z.strictObject({
    metadata: z.strictObject({ name: text, namespace: text, labels: optional(tags), annotations: optional(tags) }),
    spec: z.strictObject({
      targetGroupARN: token,
      targetType,
      targetGroupProtocol: optional(text),
      serviceRef: z.strictObject({ name: text, port: portNumberOrName }),
      networking: optional(z.strictObject({ ingress: optional(z.array(networkingRule)) })),
      nodeSelector: optional(z.strictObject({ matchLabels: optional(tags) })),
      ipAddressType: optional(family),
      vpcID: optional(text),
      multiClusterTargetGroup: optional(z.boolean()),
    }),
  }),
});

const id = <Type extends string>(type: Type) => z.templateLiteral([`${type}/`, z.string()]);
const resource = z.discriminatedUnion('type', [
  z.strictObject({ id: id('security-group'), type: z.literal('security-group'), spec: securityGroup }),
  z.strictObject({ id: id('load-balancer'), type: z.literal('load-balancer'), spec: loadBalancer }),
  z.strictObject({ id: id('target-group'), type: z.literal('target-group'), spec: targetGroup }),
  z.strictObject({ id: id('listener'), type: z.literal('listener'), spec: listener }),
  z.strictObject({ id: id('target-group-binding'), type: z.literal('target-group-binding'), spec: targetGroupBinding }),
]) satisfies z.ZodType<Resource>;

const difference = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tags'), set: tags, remove: z.array(text) }),
  z.strictObject({ kind: z.literal('ingress'), authorize: ingress, revoke: ingress }),
  z.strictObject({ kind: z.literal('subnets'), from: subnetMapping, to: subnetMapping, enablePrefixForIpv6SourceNat: optional(onOff), ipAddressType: optional(ipAddressType) }),
  z.strictObject({ kind: z.literal('securityGroups'), from: z.array(token), to: z.array(token), inboundRulesOnPrivateLink: optional(onOff) }),
  z.strictObject({ kind: z.literal('ipAddressType'), from: text, to: ipAddressType }),
  z.strictObject({ kind: z.literal('ipamPool'), from: optional(text), to: optional(text) }),
  z.strictObject({ kind: z.literal('capacity'), from: z.number(), to: z.number() }),
  z.strictObject({ kind: z.literal('healthCheck'), from: healthCheck, to: healthCheck }),
  z.strictObject({ kind: z.literal('attributes'), from: attributes, set: attributes }),
  z.strictObject({ kind: z.literal('listener'), fields: z.array(z.enum(['protocol', 'port', 'defaultActions', 'defaultCertificate', 'sslPolicy', 'alpnPolicy'])), to: listener, meanwhile: optional(z.array(action)) }),
  z.strictObject({ kind: z.literal('certificates'), add: z.array(text), remove: z.array(text) }),
  z.strictObject({ kind: z.literal('binding'), fields: z.array(text), to: targetGroupBinding }),
  z.strictObject({ kind: z.literal('immutable'), field: text, from: text, to: text }),
]) satisfies z.ZodType<Difference>;

const leftover = { id: resourceId, type: resourceType, physicalId: text, name: text, takesAlong: z.array(resourceId) };
const creation = { id: resourceId, desired: resource, tags, afterwards: z.array(difference) };

const change = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('create'), ...creation }),
  z.strictObject({ action: z.literal('update'), id: resourceId, physicalId: text, desired: resource, differences: z.array(difference) }),
  z.strictObject({ action: z.literal('replace'), ...creation, old: z.strictObject(leftover), order: z.enum(['create-first', 'delete-first']), reasons: z.array(difference) }),
  z.strictObject({ action: z.literal('delete'), when: z.enum(['now', 'healthy']), ...leftover }),
  z.strictObject({ action: z.literal('adopt'), id: resourceId, type: resourceType, physicalId: text, name: text }),
  z.strictObject({ action: z.literal('forget'), id: resourceId, physicalId: optional(text) }),
]) satisfies z.ZodType<Change>;

/** `<key> / PLAN#…` as text. `v` first: a reader looks at it before anything else. */
export const PlanText = z.strictObject({ v: z.literal(VERSION), modelId: text, changes: z.array(change), kept: z.record(text, text) }) satisfies z.ZodType<Plan>;
