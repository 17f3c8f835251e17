import type { LoadBalancerSpec } from '../../model/model';
import { awsName, nameHash } from '../names';
import { parseInt32 } from '../annotations/parse-integer';
import { quote } from '../text';
import { refuse } from '../refusal';
import { buildSubnetMappings } from './addresses';
import type { LoadBalancerPlace } from './addresses';
import { buildLoadBalancerAttributes } from './load-balancer-attributes';
import { buildLoadBalancerSecurityGroups } from './security-groups';
import type { LoadBalancerSecurityGroups } from './security-groups';
import { nameOf } from './service-request';
import type { ServiceBuild, ServiceRequest } from './service-request';
import { buildSourceNat } from './source-nat';
import { buildTags } from './tags';

export interface LoadBalancerParts {
  readonly spec: LoadBalancerSpec;
  readonly groups: LoadBalancerSecurityGroups;
}

const CAPACITY_KEY = 'CapacityUnits';
const MAX_NAME_BYTES = 32;

/** The load balancer. The order of the statements is the order in which mistakes are reported (LBC's behaviour §1.3). */
export function buildLoadBalancer(build: ServiceBuild, place: LoadBalancerPlace): LoadBalancerParts {
  const { scheme, ipAddressType } = place;
  const sourceNat = buildSourceNat(build, place);
  const loadBalancerAttributes = buildLoadBalancerAttributes(build);
  const capacity = buildCapacity(build);
  const groups = buildLoadBalancerSecurityGroups(build, ipAddressType);
  const tags = buildTags(build);
  const subnetMapping = buildSubnetMappings(build, { ...place, sourceNat });
  const name = buildLoadBalancerName(build, scheme);
  const privateLink = build.read('privateLinkRules');
  const spec: LoadBalancerSpec = {
    name,
    type: 'network',
    scheme,
    ipAddressType,
    enablePrefixForIpv6SourceNat: sourceNat,
    subnetMapping,
    ...(groups.securityGroups.length > 0 && { securityGroups: groups.securityGroups }),
    ...(privateLink && { securityGroupsInboundRulesOnPrivateLink: privateLink }),
    ...(loadBalancerAttributes.length > 0 && { loadBalancerAttributes }),
    ...(capacity !== undefined && { minimumLoadBalancerCapacity: { capacityUnits: capacity } }),
    ...tags,
  };
  return { spec, groups };
}

/** The annotated name, or one whose hash holds the scheme, since another scheme means another load balancer (LBC's behaviour §1.5). */
function buildLoadBalancerName({ read, service, facts }: ServiceBuild, scheme: string): string {
  const name = read('name');
  if (name === undefined) return awsName(nameOf(service), nameHash(facts.cluster.name, service.metadata.uid ?? '', scheme));
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) refuse('LoadBalancerNameTooLong', `annotation ${read.key('name')} must have at most ${MAX_NAME_BYTES} characters, got ${Buffer.byteLength(name)}: ${quote(name)}; shorten it, or remove the annotation to have a name made`);
  return name;
}

function buildCapacity({ read, settings }: ServiceRequest): number | undefined {
  if (!settings.featureGates.LBCapacityReservation) return undefined;
  let capacity: number | undefined;
  for (const [key, value] of read('capacity') ?? []) {
    if (key !== CAPACITY_KEY) refuse('InvalidCapacity', `annotation ${read.key('capacity')} must be ${CAPACITY_KEY}=<integer>, got the key ${quote(key)}; correct it`);
    capacity = parseInt32(value) ?? refuse('InvalidCapacity', `annotation ${read.key('capacity')} must be ${CAPACITY_KEY}=<integer>, got the value ${quote(value)}; correct it`);
  }
  return capacity;
}
