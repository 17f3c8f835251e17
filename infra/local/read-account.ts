import { EC2, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import {
  ElasticLoadBalancingV2,
  paginateDescribeListenerCertificates,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
  type Listener,
  type LoadBalancer,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { inProcessHandler } from './aws/in-process';
import type { Place } from './aws/network';
import type { LocalAws } from './aws/server';

type Tags = Readonly<Record<string, string>>;

/** Everything about load balancing in an account, as AWS's API tells it to anyone who asks. Ids and ARNs are the account's own. */
export interface AccountReading {
  readonly loadBalancers: readonly object[];
  readonly targetGroups: readonly object[];
  readonly securityGroups: readonly object[];
}

/** Tags per call (AWS: DescribeTags). */
const TAGGED_AT_ONCE = 20;

/**
 * Reads an account over the wire by AWS's own clients: load balancers with attributes, capacity, tags, listeners (attributes, certificates, rules of an Application
 * Load Balancer); target groups with attributes, tags, targets; security groups.
 */
export async function readAccount({ aws, place }: { aws: Pick<LocalAws, 'handle'>; place: Place }): Promise<AccountReading> {
  const config = { region: place.region, credentials: { accessKeyId: place.account, secretAccessKey: 'local' }, requestHandler: inProcessHandler(aws), maxAttempts: 1 };
  const elbv2 = new ElasticLoadBalancingV2(config);
  const loadBalancers = await all(paginateDescribeLoadBalancers({ client: elbv2 }, {}), ({ LoadBalancers }) => LoadBalancers);
  const listeners = await forEach(loadBalancers, ({ LoadBalancerArn }) => all(paginateDescribeListeners({ client: elbv2 }, { LoadBalancerArn }), ({ Listeners }) => Listeners));
  const targetGroups = await all(paginateDescribeTargetGroups({ client: elbv2 }, {}), ({ TargetGroups }) => TargetGroups);
  const tags = await readTags(elbv2, [
    ...loadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn),
    ...listeners.flat().map(({ ListenerArn }) => ListenerArn),
    ...targetGroups.map(({ TargetGroupArn }) => TargetGroupArn),
  ]);
  return {
    loadBalancers: await forEach(loadBalancers, (balancer, index) => readLoadBalancer(elbv2, { balancer, listeners: listeners[index] ?? [], tags })),
    targetGroups: await forEach(targetGroups, (group) => readTargetGroup(elbv2, group, tags)),
    securityGroups: await all(paginateDescribeSecurityGroups({ client: new EC2(config) }, {}), ({ SecurityGroups }) => SecurityGroups),
  };
}

interface ReadBalancer {
  readonly balancer: LoadBalancer;
  readonly listeners: readonly Listener[];
  readonly tags: ReadonlyMap<string, Tags>;
}

async function readLoadBalancer(elbv2: ElasticLoadBalancingV2, { balancer, listeners, tags }: ReadBalancer): Promise<object> {
  const { LoadBalancerArn, Type } = balancer;
  const { Attributes } = await elbv2.describeLoadBalancerAttributes({ LoadBalancerArn });
  const { MinimumLoadBalancerCapacity } = await elbv2.describeCapacityReservation({ LoadBalancerArn });
  return {
    ...balancer,
    attributes: asPairs(Attributes),
    capacityUnits: MinimumLoadBalancerCapacity?.CapacityUnits ?? 0,
    tags: tags.get(LoadBalancerArn ?? '') ?? {},
    listeners: await forEach(listeners, (listener) => readListener(elbv2, { listener, tags, withRules: Type === 'application' })),
  };
}

async function readListener(elbv2: ElasticLoadBalancingV2, { listener, tags, withRules }: { listener: Listener; tags: ReadonlyMap<string, Tags>; withRules: boolean }): Promise<object> {
  const { ListenerArn } = listener;
  const { Attributes } = await elbv2.describeListenerAttributes({ ListenerArn });
  const certificates = listener.SslPolicy === undefined ? [] : await all(paginateDescribeListenerCertificates({ client: elbv2 }, { ListenerArn }), ({ Certificates }) => Certificates);
  const rules = withRules ? await all(paginateDescribeRules({ client: elbv2 }, { ListenerArn }), ({ Rules }) => Rules) : [];
  const ruleTags = await readTags(elbv2, rules.map(({ RuleArn }) => RuleArn));
  return { ...listener, attributes: asPairs(Attributes), certificates, tags: tags.get(ListenerArn ?? '') ?? {}, rules: rules.map((rule) => ({ ...rule, tags: ruleTags.get(rule.RuleArn ?? '') ?? {} })) };
}

async function readTargetGroup(elbv2: ElasticLoadBalancingV2, group: TargetGroup, tags: ReadonlyMap<string, Tags>): Promise<object> {
  const { TargetGroupArn } = group;
  const { Attributes } = await elbv2.describeTargetGroupAttributes({ TargetGroupArn });
  const { TargetHealthDescriptions = [] } = await elbv2.describeTargetHealth({ TargetGroupArn });
  return { ...group, attributes: asPairs(Attributes), tags: tags.get(TargetGroupArn ?? '') ?? {}, targets: TargetHealthDescriptions.map(({ Target }) => Target) };
}

async function readTags(elbv2: ElasticLoadBalancingV2, arns: readonly (string | undefined)[]): Promise<Map<string, Tags>> {
  const known = arns.filter((arn) => arn !== undefined);
  const chunks = Array.from({ length: Math.ceil(known.length / TAGGED_AT_ONCE) }, (_, index) => known.slice(index * TAGGED_AT_ONCE, (index + 1) * TAGGED_AT_ONCE));
  const answers = await forEach(chunks, async (ResourceArns) => (await elbv2.describeTags({ ResourceArns })).TagDescriptions ?? []);
  return new Map(answers.flat().map(({ ResourceArn, Tags }) => [ResourceArn ?? '', asPairs(Tags)]));
}

const asPairs = (list: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): Tags => Object.fromEntries(list.map(({ Key, Value }) => [Key ?? '', Value ?? '']));

async function all<Page, Item>(pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[] | undefined): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}

/** One after the other: the order of calls is the same in every run. */
async function forEach<Item, Answer>(items: readonly Item[], read: (item: Item, index: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [index, item] of items.entries()) answers.push(await read(item, index));
  return answers;
}
