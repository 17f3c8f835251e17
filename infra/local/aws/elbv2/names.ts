import type { Place } from '../network';
import type { LoadBalancerType, Scheme } from './state';

/** The beginning of all ELBv2 ARNs of an account and Region. */
export function arnPrefix({ region, account }: Place): string {
  return `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${account}:`;
}

/** Whether an ARN belongs to an account and Region: nobody sees another's resources. */
export function isIn(place: Place, arn: string): boolean {
  return arn.startsWith(arnPrefix(place));
}

/** Sixteen hex digits, the last part of every ELBv2 ARN. */
export function hash(random: () => number): string {
  return Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** `net/<name>/<hash>` or `app/<name>/<hash>`: in ARNs and in the description of interfaces. */
export function loadBalancerPath(type: LoadBalancerType, name: string, hash: string): string {
  return `${type === 'network' ? 'net' : 'app'}/${name}/${hash}`;
}

/** The path out of a load balancer's ARN. */
export function pathOf(loadBalancerArn: string): string {
  return loadBalancerArn.split(':loadbalancer/')[1] ?? '';
}

interface DnsNameParts {
  readonly name: string;
  readonly hash: string;
  readonly type: LoadBalancerType;
  readonly scheme: Scheme;
  readonly region: string;
}

/** The DNS name in the form of each type. AWS: "DNS name" in the guides of both types. */
export function dnsNameOf({ name, hash, type, scheme, region }: DnsNameParts): string {
  if (type === 'network') return `${name}-${hash}.elb.${region}.amazonaws.com`;
  const digits = String(Number.parseInt(hash.slice(0, 12), 16) % 10_000_000_000).padStart(10, '0');
  return `${scheme === 'internal' ? 'internal-' : ''}${name}-${digits}.${region}.elb.amazonaws.com`;
}

/** AWS: "Elastic Load Balancing endpoints and quotas", the Route 53 hosted zone ids; Regions that are not listed here get one made of their name. */
const hostedZones: Readonly<Record<string, readonly [network: string, application: string]>> = {
  'us-east-1': ['Z26RNL4JYFTOTI', 'Z35SXDOTRQ7X7K'],
  'us-east-2': ['ZLMOA37VPKANP', 'Z3AADJGX6KTTL2'],
  'us-west-1': ['Z24FKFUX50B4VW', 'Z368ELLRRE2KJ0'],
  'us-west-2': ['Z18D5FSROUN65G', 'Z1H1FL5HABSF5'],
  'eu-west-1': ['Z2IFOLAFXWLO4F', 'Z32O12XQLNTSW2'],
  'eu-central-1': ['Z3F0SRJ5LGBH90', 'Z215JYRZR1TBD5'],
};

/** The hosted zone that a DNS name lives in. */
export function hostedZoneOf(type: LoadBalancerType, region: string): string {
  const [network, application] = hostedZones[region] ?? [];
  return (type === 'network' ? network : application) ?? `ZLOCAL${region.toUpperCase().replace(/[^A-Z0-9]/g, '')}`;
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
