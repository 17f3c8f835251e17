import type { Elbv2, LoadBalancer } from '../aws/elbv2';
import type { TaggedResource, Tagging } from '../aws/tagging';
import type { LedgerItem } from '../contract/items';
import { type Stack, stackTags } from '../desired/tracking';
import { inParallel } from './in-parallel';

/** Resource types that carry a stack's tags and can be found by them. Listeners are found through their load balancer. */
const TYPES = ['elasticloadbalancing:loadbalancer', 'elasticloadbalancing:targetgroup', 'ec2:security-group'];

/** Whose resources are looked for, and where. */
export interface DiscoverInput {
  readonly stack: Stack;
  readonly vpcId: string;
  readonly ledger: readonly LedgerItem[];
}

/**
 * What one pass knows of a stack before it reads the rest: found once, used for the facts and for observing. Survives `JSON.stringify`.
 * `tagged` may be old or gone; `loadBalancers` were described.
 */
export interface Discovery {
  readonly tagged: readonly TaggedResource[];
  readonly loadBalancers: readonly LoadBalancer[];
}

/**
 * Finds a stack's resources by what the ledger holds and by tags, never by listing the account (LBC lists all load balancers twice per pass). One call to the
 * tagging API, which is eventually consistent; one DescribeLoadBalancers if there is a candidate at all; one more by name if a creation was interrupted.
 */
export async function discover({ elbv2, tagging }: { readonly elbv2: Pick<Elbv2, 'describeLoadBalancers'>; readonly tagging: Tagging }, input: DiscoverInput): Promise<Discovery> {
  const tagged = await tagging.getResources({ tags: stackTags(input.stack), types: TYPES });
  const arns = [...new Set([...physicalIds(input.ledger, 'load-balancer'), ...tagged.map(({ arn }) => arn).filter((arn) => typeOfArn(arn) === 'load-balancer')])];
  const names = intendedNames(input.ledger, 'load-balancer');
  const [byArn, byName] = await inParallel<[LoadBalancer[], LoadBalancer[]]>(
    arns.length === 0 ? Promise.resolve([]) : elbv2.describeLoadBalancers({ arns }),
    names.length === 0 ? Promise.resolve([]) : elbv2.describeLoadBalancers({ names }),
  );
  const known = new Set(byArn.map(({ LoadBalancerArn }) => LoadBalancerArn));
  const all = [...byArn, ...byName.filter(({ LoadBalancerArn }) => !known.has(LoadBalancerArn))];
  return { tagged, loadBalancers: all.filter(({ VpcId }) => VpcId === input.vpcId) };
}

/** ARNs and group ids that the ledger holds for a type. */
export function physicalIds(ledger: readonly LedgerItem[], type: string): string[] {
  return ledger.flatMap((item) => (item.type === type && item.physicalId !== undefined ? [item.physicalId] : []));
}

/** Names under which something of a type was about to be created when its ARN was not written down yet: a crash may have left it behind. */
export function intendedNames(ledger: readonly LedgerItem[], type: string): string[] {
  return ledger.flatMap((item) => (item.type === type && item.physicalId === undefined && item.name !== undefined ? [item.name] : []));
}

/** The type of resource that an ARN names, as far as we have to do with it. */
export function typeOfArn(arn: string): 'load-balancer' | 'target-group' | 'security-group' | undefined {
  if (/:loadbalancer\/(net|app)\//.test(arn)) return 'load-balancer';
  if (arn.includes(':targetgroup/')) return 'target-group';
  return arn.includes(':security-group/') ? 'security-group' : undefined;
}
