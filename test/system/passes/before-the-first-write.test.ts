import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { accountOf } from '../accounts';
import { openServiceWorld, type ServiceChange, type ServiceWorld } from './service-world';

const ACCOUNT = '111122223333';
const VPC = 'vpc-0a1b2c3d4e5f60001';
const FAR = `arn:aws:elasticloadbalancing:us-west-2:${ACCOUNT}:targetgroup/far/0123456789abcdef`;
const IP = 'eipalloc-0a1b2c3d4e5f60001';
const certificate = (id: string, { region = 'us-west-2', account = ACCOUNT } = {}) => `arn:aws:acm:${region}:${account}:certificate/${id}`;
const ISSUED = certificate('00000000-0000-4000-8000-000000000001');
const MANY = Array.from({ length: 27 }, (_, index) => certificate(`00000000-0000-4000-8000-0000000001${10 + index}`));
const PENDING = certificate('00000000-0000-4000-8000-000000000002');
const PUBLIC = ['subnet-0c3a51f08d2e4b7a1', 'subnet-0a9d3b6e47c1f5082', 'subnet-0e57b2c9a1d80f463'];
const PRIVATE = ['subnet-04b8e6d2f9a3c1571', 'subnet-07f1a9c3e5d2b8642', 'subnet-0193d7e5b4a6c8f23'];

/** An account with what the cases name: certificates, an Elastic IP in use, another VPC. */
async function openWorld(): Promise<ServiceWorld> {
  const otherVpc = { id: 'vpc-0fffffffffffffff1', cidrBlocks: ['10.99.0.0/16'], ipv6CidrBlocks: [] };
  const account = accountOf('svc-three-zones', (facts) => ({
    ...facts,
    elasticIps: [IP],
    targetGroups: [{ arn: FAR, name: 'far', targetType: 'ip', protocol: 'TCP', port: 80, vpcId: otherVpc.id, tags: {} }],
    certificates: [
      { arn: ISSUED, domainName: 'shop.example.com', subjectAlternativeNames: ['shop.example.com'], status: 'ISSUED', type: 'AMAZON_ISSUED' },
      ...MANY.map((arn) => ({ arn, domainName: 'many.example.com', subjectAlternativeNames: [], status: 'ISSUED', type: 'AMAZON_ISSUED' })),
      { arn: PENDING, domainName: 'new.example.com', subjectAlternativeNames: ['new.example.com'], status: 'PENDING_VALIDATION', type: 'AMAZON_ISSUED' },
    ],
    securityGroups: [...facts.securityGroups, { id: 'sg-0fffffffffffffff1', name: 'far', description: 'Far', vpcId: otherVpc.id, tags: {}, ingress: [] }],
    subnets: [...facts.subnets, { id: 'subnet-0fffffffffffffff1', vpcId: otherVpc.id, availabilityZone: 'us-west-2a', availabilityZoneId: 'usw2-az1', cidrBlock: '10.99.0.0/24', ipv6CidrBlocks: [], availableIpAddressCount: 200, mapPublicIpOnLaunch: false, tags: {} }],
  }));
  const world = await openServiceWorld(account);
  return world;
}

const ports = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `p${index}`, port: 1000 + index, targetPort: 8080, protocol: 'TCP' }));
const ranges = (count: number) => Array.from({ length: count }, (_, index) => `10.${index}.0.0/16`);

const actionTo = (targetGroupARN: string) => ({ ownAnnotations: { 'service.beta.kubernetes.io/actions.TCP-80': JSON.stringify({ type: 'forward', forwardConfig: { baseServiceWeight: 1, targetGroups: [{ targetGroupARN, weight: 1 }] } }) } });
const tags = (count: number) => Array.from({ length: count }, (_, index) => `tag${index}=x`).join();

/** What a manifest states, the reason that it is refused for, and what the message says. */
const CASES: readonly (readonly [string, ServiceChange, string, RegExp])[] = [
  ['a certificate that ACM does not have', { annotations: { 'ssl-cert': certificate('00000000-0000-4000-8000-00000000ffff') } }, 'CertificateNotFound', /ssl-cert names .*which ACM does not have/],
  ['a certificate of another Region', { annotations: { 'ssl-cert': certificate('1', { region: 'eu-west-1' }) } }, 'CertificateNotFound', /lies in eu-west-1/],
  ['a certificate of another account', { annotations: { 'ssl-cert': certificate('1', { account: '999988887777' }) } }, 'CertificateNotFound', /belongs to account 999988887777/],
  ['a text that is no ARN', { annotations: { 'ssl-cert': 'shop.example.com' } }, 'CertificateNotFound', /not the ARN of a certificate/],
  ['a certificate that waits for its validation', { annotations: { 'ssl-cert': `${ISSUED},${PENDING}` } }, 'CertificateNotIssued', /000000002, which is PENDING_VALIDATION/],
  ['more certificates than a load balancer takes', { annotations: { 'ssl-cert': MANY.join() } }, 'CertificateQuota', /26 certificates besides their default ones.*takes 25/],
  ['a security policy that nobody knows', { annotations: { 'ssl-cert': ISSUED, 'ssl-negotiation-policy': 'ELBSecurityPolicy-TLS-9' } }, 'SslPolicyNotFound', /ELBSecurityPolicy-TLS-9/],
  ['an Elastic IP that does not exist', { annotations: { scheme: 'internet-facing', subnets: PUBLIC.slice(0, 1).join(), 'eip-allocations': 'eipalloc-0000000000000dead' } }, 'EipNotFound', /eipalloc-0000000000000dead/],
  ['a private address that AWS keeps for itself', { annotations: { subnets: PRIVATE.slice(0, 1).join(), 'private-ipv4-addresses': '10.20.48.2' } }, 'AddressReserved', /10\.20\.48\.2/],
  ['a subnet of another VPC', { annotations: { subnets: 'subnet-0fffffffffffffff1' } }, 'SubnetOfAnotherVpc', /subnet-0fffffffffffffff1 of vpc-0fffffffffffffff1/],
  ['a security group of another VPC', { annotations: { 'security-groups': 'sg-0fffffffffffffff1' } }, 'SecurityGroupOfAnotherVpc', /sg-0fffffffffffffff1 of vpc-0fffffffffffffff1/],
  ['a prefix list that does not exist', { annotations: { 'security-group-prefix-lists': 'pl-0000000000000dead' } }, 'PrefixListNotFound', /pl-0000000000000dead/],
  ['more rules than a group can have', { annotations: { 'load-balancer-source-ranges': null }, spec: { loadBalancerSourceRanges: ranges(31), ports: ports(2) } }, 'SecurityGroupRuleQuota', /62 inbound rules.*AWS takes 60.*quota/],
  ['more rules on targets than their group can have', { annotations: { 'disable-nlb-sg': 'true', 'target-group-attributes': 'preserve_client_ip.enabled=true' }, spec: { loadBalancerSourceRanges: ranges(61) } }, 'SecurityGroupRuleQuota', /64 inbound rules.*ip targets/],
  ['a name with characters that AWS does not take', { annotations: { name: 'shop_frontend' } }, 'InvalidLoadBalancerName', /shop_frontend/],
  ['a tag that AWS keeps for itself', { annotations: { 'additional-resource-tags': 'aws:team=shop' } }, 'InvalidTag', /aws:team/],
  ['an attribute that AWS does not have', { annotations: { attributes: 'idle_timeout.timeout_seconds=60' } }, 'UnknownAttribute', /idle_timeout\.timeout_seconds.*deletion_protection\.enabled/],
  ['an attribute with a value that AWS does not take', { annotations: { attributes: 'load_balancing.cross_zone.enabled=yes' } }, 'InvalidAttributeValue', /must be true or false, got "yes"/],
  ['a target group attribute of another protocol', { annotations: { 'target-group-attributes': 'preserve_client_ip.enabled=false' }, spec: { ports: [{ name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' }] } }, 'InvalidAttributeValue', /preserve_client_ip\.enabled must be true/],
  ['a health check out of range', { annotations: { 'healthcheck-interval': '2' } }, 'InvalidHealthCheck', /healthcheck-interval must be from 5 to 300, got 2/],
  ['fewer Elastic IPs than subnets', { annotations: { scheme: 'internet-facing', subnets: PUBLIC.slice(0, 2).join(), 'eip-allocations': IP } }, 'EipCount', /expected 2 for subnet-\w+, subnet-\w+, got 1/],
  ['a private address outside of its subnet', { annotations: { subnets: PRIVATE.slice(0, 1).join(), 'private-ipv4-addresses': '10.20.0.9' } }, 'PrivateIpNotInSubnet', /exactly one address in subnet subnet-04b8e6d2f9a3c1571 \(10\.20\.48\.0\/20\), got none/],
  ['fewer private addresses than subnets', { annotations: { subnets: PRIVATE.slice(0, 2).join(), 'private-ipv4-addresses': '10.20.48.9' } }, 'PrivateIpCount', /expected 2 .*got 1/],
  ['a security group that does not exist', { annotations: { 'security-groups': 'sg-0dead' } }, 'SecurityGroupNotFound', /"sg-0dead", which AWS does not know/],
  ['a subnet that does not exist', { annotations: { subnets: 'subnet-0dead' } }, 'SubnetNotFound', /"subnet-0dead", which AWS does not know in this account and Region/],
  ['51 tags', { annotations: { 'additional-resource-tags': tags(48) } }, 'InvalidTag', /51 tags.*AWS takes 50/],
  ['a tag whose key is too long', { annotations: { 'additional-resource-tags': `${'k'.repeat(129)}=x` } }, 'InvalidTag', /129 characters/],
  ['a source range that is none', { spec: { loadBalancerSourceRanges: [] }, annotations: {}, ownAnnotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/33' } }, 'InvalidSourceRange', /10\.0\.0\.0\/33/],
  ['a time-out longer than the interval', { annotations: { 'healthcheck-interval': '10', 'healthcheck-timeout': '20' } }, 'InvalidHealthCheck', /at most the interval of 10 s, got 20/],
  ['a health check path without a slash', { annotations: { 'healthcheck-protocol': 'HTTP', 'healthcheck-path': 'healthz' } }, 'InvalidHealthCheck', /begin with a slash/],
  ['access logs without a bucket', { annotations: { 'access-log-enabled': 'true' } }, 'InvalidAttributeValue', /names no bucket/],
  ['weights out of range', { ownAnnotations: { 'service.beta.kubernetes.io/actions.TCP-80': JSON.stringify({ type: 'forward', forwardConfig: { baseServiceWeight: 1000, targetGroups: [{ serviceName: 'web', servicePort: 80, weight: 1 }] } }) } }, 'InvalidAction', /from 0 to 999, got 1000/],
  ['a protocol that NLB does not know', { spec: { ports: [{ name: 'sctp', port: 80, targetPort: 80, protocol: 'SCTP' }] } }, 'UnsupportedProtocol', /SCTP/],
  ['a protocol that EC2 does not know, on a port that another one shadows', { spec: { ports: [{ name: 'tcp', port: 80, targetPort: 80 }, { name: 'sctp', port: 80, targetPort: 80, protocol: 'SCTP' }] } }, 'UnsupportedProtocol', /port 80 has the protocol SCTP/],
  ['more ports than listeners', { spec: { ports: ports(51) } }, 'ListenerQuota', /51 listeners.*takes 50/],
  ['a target group of another VPC', actionTo(FAR), 'TargetGroupOfAnotherVpc', /targetgroup\/far\/\w+ of vpc-0fffffffffffffff1/],
  ['a target group that does not exist', { annotations: {}, ownAnnotations: { 'service.beta.kubernetes.io/actions.TCP-80': JSON.stringify({ type: 'forward', forwardConfig: { baseServiceWeight: 1, targetGroups: [{ targetGroupARN: `arn:aws:elasticloadbalancing:us-west-2:${ACCOUNT}:targetgroup/nobody/0123456789abcdef`, weight: 1 }] } }) } }, 'TargetGroupArnNotFound', /nobody/],
];

/** What somebody else has in the account, and a Service that would need just that. */
const TAKEN: readonly (readonly [string, (elbv2: ElasticLoadBalancingV2) => Promise<ServiceChange>, string, RegExp])[] = [
  ['a name that another load balancer has', async (elbv2) => {
    await elbv2.createLoadBalancer({ Name: 'shop', Type: 'network', Scheme: 'internal', Subnets: PRIVATE.slice(0, 1) });
    return { annotations: { name: 'shop' } };
  }, 'NameTaken', /"shop", which loadbalancer\/net\/shop\/\w+ has.*name another/],
  ['an Elastic IP that another load balancer has', async (elbv2) => {
    await elbv2.createLoadBalancer({ Name: 'other', Type: 'network', Scheme: 'internet-facing', SubnetMappings: [{ SubnetId: PUBLIC[1], AllocationId: IP }] });
    return { annotations: { scheme: 'internet-facing', subnets: PUBLIC.slice(0, 1).join(), 'eip-allocations': IP } };
  }, 'EipInUse', /eipalloc-0a1b2c3d4e5f60001, which is associated with eni-/],
  ['a private address that another load balancer has', async (elbv2) => {
    await elbv2.createLoadBalancer({ Name: 'other', Type: 'network', Scheme: 'internal', SubnetMappings: [{ SubnetId: PRIVATE[0], PrivateIPv4Address: '10.20.48.77' }] });
    return { annotations: { subnets: PRIVATE.slice(0, 1).join(), 'private-ipv4-addresses': '10.20.48.77' } };
  }, 'AddressInUse', /10\.20\.48\.77, which interface eni-\w+ .*name a free one/],
  ['a target group that another load balancer uses', async (elbv2) => {
    const { LoadBalancers: [balancer] = [] } = await elbv2.createLoadBalancer({ Name: 'other', Type: 'network', Scheme: 'internal', Subnets: PRIVATE.slice(0, 1) });
    const { TargetGroups: [group] = [] } = await elbv2.createTargetGroup({ Name: 'theirs', Protocol: 'TCP', Port: 80, VpcId: VPC, TargetType: 'ip' });
    await elbv2.createListener({ LoadBalancerArn: balancer?.LoadBalancerArn, Protocol: 'TCP', Port: 80, DefaultActions: [{ Type: 'forward', TargetGroupArn: group?.TargetGroupArn }] });
    return actionTo(group?.TargetGroupArn ?? '');
  }, 'TargetGroupInUse', /theirs.*loadbalancer\/net\/other/],
  ['a target group of another protocol', async (elbv2) => {
    const { TargetGroups: [group] = [] } = await elbv2.createTargetGroup({ Name: 'dns', Protocol: 'UDP', Port: 53, VpcId: VPC, TargetType: 'ip' });
    return actionTo(group?.TargetGroupArn ?? '');
  }, 'InvalidAction', /dns.*whose protocol is UDP, and a TCP listener takes TCP/],
];

describe('before the first write', () => {
  it.each(TAKEN)('refuses %s', async (_, prepare, code, message) => {
    const world = await openWorld();
    const change = await prepare(new ElasticLoadBalancingV2({ region: world.place.region, credentials: { accessKeyId: 'somebody', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 }));
    await world.runner.settle(5 * 60_000);
    await world.apply(change);
    expect(world.writes()).toEqual([]);
    expect(await world.events()).toEqual([expect.stringMatching(new RegExp(`^${code}: Service default/web: `))]);
    expect((await world.events()).join()).toMatch(message);
    await world.remove();
    expect(world.writes()).toEqual([]);
    await world.close();
  });

  it.each(CASES)('refuses %s', async (_, change, code, message) => {
    const world = await openWorld();
    const pass = await world.apply(change);
    expect(pass.failure).toBeUndefined();
    expect(pass.plans.map(({ outcome }) => outcome)).toEqual(['blocked']);
    const problems = pass.plans.flatMap((plan) => plan.problems);
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(problems.find((problem) => problem.code === code)?.message).toMatch(message);
    expect(world.writes()).toEqual([]);
    expect((await world.events()).some((event) => event.startsWith(`${code}: Service default/web: `))).toBe(true);
    await world.remove();
    expect(world.writes()).toEqual([]);
    await world.close();
  });

  it('refuses to move an Elastic IP to another subnet of its load balancer, which serves on', async () => {
    const world = await openWorld();
    const annotations = (subnet: string | undefined) => ({ scheme: 'internet-facing', subnets: subnet ?? '', 'eip-allocations': IP });
    await world.apply({ annotations: annotations(PUBLIC[0]) });
    expect(world.writes()).toContain('CreateLoadBalancer');
    await world.apply({ annotations: annotations(PUBLIC[1]) });
    expect(world.writes()).toEqual([]);
    expect((await world.events()).find((event) => event.startsWith('EipCannotMove'))).toMatch(/eipalloc-0a1b2c3d4e5f60001 to subnet .*name another Elastic IP, or keep the subnet/);
    await world.close();
  });

  it('asks nothing for a plain Service, and nothing when AWS is compared again', async () => {
    const world = await openWorld();
    await world.apply({});
    expect(world.reads()).not.toEqual(expect.arrayContaining([expect.stringMatching(/DescribeCertificate|DescribeAddresses|DescribeManagedPrefixLists|DescribeSSLPolicies|DescribeAccountLimits/)]));
    await world.apply({ annotations: { 'ssl-cert': ISSUED } });
    expect(world.reads().filter((action) => action === 'DescribeCertificate')).toHaveLength(1);
    await world.runner.settle(20 * 60_000);
    await world.again();
    expect(world.reads()).toContain('DescribeListeners');
    expect(world.reads()).not.toContain('DescribeCertificate');
    await world.close();
  });

  it('goes on by itself when the certificate is issued', async () => {
    const world = await openWorld();
    await world.apply({ annotations: { 'ssl-cert': PENDING } });
    expect(await world.hostname()).toBeUndefined();
    world.account.acm.issue(world.place, PENDING);
    await world.runner.settle(2 * 60_000);
    expect(await world.hostname()).toMatch(/\.elb\.us-west-2\.amazonaws\.com$/);
    await world.close();
  });
});

