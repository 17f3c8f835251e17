import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api';
import { createAcm } from '../../../infra/local/aws/acm';
import { createEc2 } from '../../../infra/local/aws/ec2/create-ec2';
import { createElbv2 } from '../../../infra/local/aws/elbv2/create-elbv2';
import type { Probe } from '../../../infra/local/aws/elbv2/state';
import type { Quotas } from '../../../infra/local/aws/elbv2/quotas';
import { createLocalAws } from '../../../infra/local/aws/server';
import { createTagging } from '../../../infra/local/aws/tagging';
import { drivenWorld } from '../driven-aws';

/** A fresh account with a VPC of three zones, reached over HTTP by unmodified SDK clients. */
export interface Elbv2Account extends AsyncDisposable {
  readonly elb: ElasticLoadBalancingV2;
  readonly ec2: EC2;
  readonly tagging: ResourceGroupsTaggingAPI;
  readonly vpcId: string;
  /** One per zone. */
  readonly subnets: readonly [string, string, string];
  readonly securityGroup: string;
  /** Two issued certificates. */
  readonly certificate: string;
  readonly otherCertificate: string;
  /** Moves the time of the server; another server's time cannot be moved, so there it waits. */
  pass(ms: number): Promise<void>;
  /** How targets answer from now on. Only on our own server. */
  probe(probe: Probe): void;
}

/** Whether the suite speaks to a server that somebody else started, whose time and targets it cannot drive. */
export const isForeign = process.env['LOCAL_AWS_URL'] !== undefined;

let serial = 0;

/** Makes an account of its own for each test: on `LOCAL_AWS_URL` if that is set, else on a server that is started for it. */
export async function elbv2Account({ quotas = {} }: { quotas?: Partial<Quotas> } = {}): Promise<Elbv2Account> {
  const account = String(100_000_000_000 + process.pid * 1000 + ++serial);
  const own = await startServer(quotas);
  const config = { region: 'us-west-2', endpoint: process.env['LOCAL_AWS_URL'] ?? own.url, credentials: { accessKeyId: account, secretAccessKey: 'secret' }, maxAttempts: 1 };
  const elb = new ElasticLoadBalancingV2(config);
  const ec2 = new EC2(config);
  const tagging = new ResourceGroupsTaggingAPI(config);
  const network = await makeNetwork(ec2);
  const certificate = `arn:aws:acm:us-west-2:${account}:certificate/0a1b2c3d-0000-4000-8000-${account}`;
  const otherCertificate = certificate.replace('0a1b2c3d', '1a1b2c3d');
  for (const arn of [certificate, otherCertificate]) own.acm.ensureCertificate({ account, region: 'us-west-2' }, arn);
  return {
    elb,
    ec2,
    tagging,
    ...network,
    certificate,
    otherCertificate,
    pass: async (ms) => {
      if (isForeign) await new Promise((resolve) => setTimeout(resolve, ms));
      else own.clock.advance(ms);
    },
    probe: own.useProbe,
    [Symbol.asyncDispose]: async () => {
      for (const client of [elb, ec2, tagging]) client.destroy();
      await own.close();
    },
  };
}

async function startServer(quotas: Partial<Quotas>) {
  const world = drivenWorld();
  const ec2 = createEc2(world);
  const acm = createAcm(world);
  const elbv2 = createElbv2({ world, network: ec2.network, hasCertificate: (call, arn) => acm.certificate(call, arn) !== undefined, quotas });
  const services = { ec2: ec2.operations, acm: acm.operations, elasticloadbalancing: elbv2.operations, tagging: createTagging([elbv2.tags, ec2.tags]) };
  const listening = await createLocalAws({ world, services }).listen();
  return { ...listening, clock: world.clock, acm, useProbe: elbv2.useProbe };
}

async function makeNetwork(ec2: EC2) {
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
  const vpcId = Vpc?.VpcId ?? '';
  const { InternetGateway } = await ec2.createInternetGateway({});
  await ec2.attachInternetGateway({ InternetGatewayId: InternetGateway?.InternetGatewayId, VpcId: vpcId });
  const subnetIn = async (zone: string, index: number) => {
    const { Subnet } = await ec2.createSubnet({ VpcId: vpcId, CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `us-west-2${zone}` });
    return Subnet?.SubnetId ?? '';
  };
  const { GroupId: securityGroup = '' } = await ec2.createSecurityGroup({ VpcId: vpcId, GroupName: 'load-balancer', Description: 'for tests' });
  return { vpcId, subnets: [await subnetIn('a', 0), await subnetIn('b', 1), await subnetIn('c', 2)] as const, securityGroup };
}

/** The code of the error that a call is refused with: `accepted` if it is not. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    const { Code, name } = error as { Code?: string; name: string };
    return Code ?? name;
  }
}

/** A Network Load Balancer in all three zones. */
export async function aBalancer({ elb, subnets }: Elbv2Account, name = 'web'): Promise<string> {
  const { LoadBalancers } = await elb.createLoadBalancer({ Name: name, Type: 'network', Scheme: 'internet-facing', Subnets: [...subnets] });
  return LoadBalancers?.[0]?.LoadBalancerArn ?? '';
}

/** A target group of addresses over TCP. */
export async function aTargetGroup({ elb, vpcId }: Elbv2Account, name = 'web'): Promise<string> {
  const { TargetGroups } = await elb.createTargetGroup({ Name: name, Protocol: 'TCP', Port: 80, VpcId: vpcId, TargetType: 'ip' });
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

/** A TCP listener that forwards to a target group. */
export async function aListener({ elb }: Elbv2Account, { balancer, group, port = 80 }: { balancer: string; group: string; port?: number }): Promise<string> {
  const { Listeners } = await elb.createListener({ LoadBalancerArn: balancer, Port: port, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] });
  return Listeners?.[0]?.ListenerArn ?? '';
}
