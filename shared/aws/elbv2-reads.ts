import {
  DescribeAccountLimitsCommand,
  DescribeCapacityReservationCommand,
  DescribeListenerAttributesCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeSSLPoliciesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClientConfig } from './client-config';
import type { Elbv2Reads, Pairs } from './elbv2';
import { orUndefined } from './errors';
import { callOptions } from './sdk';
import { allPages, byKey, chunks, known } from './shapes';

/** ARNs or names per Describe and DescribeTags (AWS: DescribeTags; the same limit holds in practice for the others). */
const PER_CALL = 20;

/** The reading half of the client. */
export function elbv2Reads(client: ElasticLoadBalancingV2Client, config: AwsClientConfig): Elbv2Reads {
  const options = () => callOptions(config);
  const loadBalancers = (query: { LoadBalancerArns?: string[]; Names?: string[] }) =>
    allPages(async (Marker) => {
      const page = await client.send(new DescribeLoadBalancersCommand({ ...query, ...(Marker === undefined ? {} : { Marker }) }), options());
      return { items: page.LoadBalancers, next: page.NextMarker };
    });
  const targetGroups = (query: { TargetGroupArns?: string[]; Names?: string[]; LoadBalancerArn?: string }) =>
    allPages(async (Marker) => {
      const page = await client.send(new DescribeTargetGroupsCommand({ ...query, ...(Marker === undefined ? {} : { Marker }) }), options());
      return { items: page.TargetGroups, next: page.NextMarker };
    });
  return {
    async describeLoadBalancers(query) {
      const found = await ('arns' in query ? known20(query.arns, (LoadBalancerArns) => loadBalancers({ LoadBalancerArns })) : known20(query.names, (Names) => loadBalancers({ Names })));
      return known(found, 'LoadBalancerArn', 'LoadBalancerName', 'Type', 'Scheme', 'VpcId');
    },
    async describeLoadBalancerAttributes(LoadBalancerArn) {
      const answer = await orUndefined(client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }), options()));
      return answer && byKey(answer.Attributes);
    },
    async describeCapacityReservation(LoadBalancerArn) {
      const answer = await orUndefined(client.send(new DescribeCapacityReservationCommand({ LoadBalancerArn }), options()));
      return answer && (answer.MinimumLoadBalancerCapacity?.CapacityUnits ?? 0);
    },
    async describeListeners(LoadBalancerArn) {
      const read = allPages(async (Marker) => {
        const page = await client.send(new DescribeListenersCommand({ LoadBalancerArn, ...(Marker === undefined ? {} : { Marker }) }), options());
        return { items: page.Listeners, next: page.NextMarker };
      });
      return known(await orUndefined(read), 'ListenerArn', 'LoadBalancerArn', 'Port', 'Protocol');
    },
    async describeListenerAttributes(ListenerArn) {
      const answer = await orUndefined(client.send(new DescribeListenerAttributesCommand({ ListenerArn }), options()));
      return answer && byKey(answer.Attributes);
    },
    async describeListenerCertificates(ListenerArn) {
      const read = allPages(async (Marker) => {
        const page = await client.send(new DescribeListenerCertificatesCommand({ ListenerArn, ...(Marker === undefined ? {} : { Marker }) }), options());
        return { items: page.Certificates, next: page.NextMarker };
      });
      const certificates = await orUndefined(read);
      return certificates && known(certificates, 'CertificateArn').map(({ CertificateArn, IsDefault }) => ({ certificateArn: CertificateArn, isDefault: IsDefault ?? false }));
    },
    async describeTargetGroups(query) {
      return known(await findTargetGroups(query, targetGroups), 'TargetGroupArn', 'TargetGroupName');
    },
    async describeTargetGroupAttributes(TargetGroupArn) {
      const answer = await orUndefined(client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }), options()));
      return answer && byKey(answer.Attributes);
    },
    async describeTargetHealth(TargetGroupArn, targets) {
      const Targets = targets === undefined ? undefined : [...targets];
      const answer = await orUndefined(client.send(new DescribeTargetHealthCommand({ TargetGroupArn, ...(Targets === undefined ? {} : { Targets }) }), options()));
      return answer && known(answer.TargetHealthDescriptions, 'Target', 'TargetHealth');
    },
    async describeTags(arns) {
      const described = await known20(arns, async (ResourceArns) => (await client.send(new DescribeTagsCommand({ ResourceArns }), options())).TagDescriptions ?? []);
      return new Map(described.flatMap(({ ResourceArn, Tags }): [string, Pairs][] => (ResourceArn === undefined ? [] : [[ResourceArn, byKey(Tags)]])));
    },
    async describeSSLPolicies(names) {
      const found = await known20(names, async (Names) => (await client.send(new DescribeSSLPoliciesCommand({ Names }), options())).SslPolicies ?? []);
      return found.flatMap(({ Name }) => Name ?? []);
    },
    async describeAccountLimits() {
      const limits = await allPages(async (Marker) => {
        const page = await client.send(new DescribeAccountLimitsCommand(Marker === undefined ? {} : { Marker }), options());
        return { items: page.Limits, next: page.NextMarker };
      });
      return Object.fromEntries(limits.flatMap(({ Name, Max }): [string, number][] => (Name === undefined || Max === undefined ? [] : [[Name, Number(Max)]])));
    },
  };
}

async function findTargetGroups<Item>(
  query: Parameters<Elbv2Reads['describeTargetGroups']>[0],
  read: (query: { TargetGroupArns?: string[]; Names?: string[]; LoadBalancerArn?: string }) => Promise<Item[]>,
): Promise<Item[]> {
  if ('arns' in query) return known20(query.arns, (TargetGroupArns) => read({ TargetGroupArns }));
  if ('names' in query) return known20(query.names, (Names) => read({ Names }));
  return (await orUndefined(read({ LoadBalancerArn: query.loadBalancerArn }))) ?? [];
}

/** Reads in chunks. AWS refuses the whole call for one unknown name, so that chunk is read one by one: the known ones are never lost. */
async function known20<Item>(names: readonly string[], read: (names: string[]) => Promise<Item[]>): Promise<Item[]> {
  const found: Item[] = [];
  for (const chunk of chunks([...new Set(names)], PER_CALL)) {
    const together = await orUndefined(read(chunk));
    if (together) found.push(...together);
    else if (chunk.length > 1) for (const name of chunk) found.push(...((await orUndefined(read([name]))) ?? []));
  }
  return found;
}
