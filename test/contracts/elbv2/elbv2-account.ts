import { ACM } from '@aws-sdk/client-acm';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api';
import { expect, vi } from 'vitest';
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

/** A server that somebody else started, whose targets and quotas are not ours to set and whose time passes by itself. */
const FOREIGN_URL = process.env['LOCAL_AWS_URL'] || undefined;
export const isForeign = FOREIGN_URL !== undefined;
/** What every delay of that server is multiplied by: with `npm run local` it is `--factor`. */
const FOREIGN_FACTOR = Number(process.env['LOCAL_AWS_FACTOR'] ?? 1);
/** How long before it is due a test looks whether something has happened too early: a clock that is not ours needs room for the calls themselves. */
export const MOMENT_MS = isForeign ? 10_000 : 1000;
/** Half a second more, so that what is due has happened. */
const LATE_MS = 500;
if (isForeign) vi.setConfig({ testTimeout: 600_000 });

interface Server {
  readonly url: string;
  readonly pass: (ms: number) => Promise<void>;
  readonly probe: (probe: Probe) => void;
  readonly close: () => Promise<void>;
}

let serial = 0;

/** Makes an account of its own for each test: on `LOCAL_AWS_URL` if that is set, else on a server that is started for it. */
export async function elbv2Account({ quotas = {} }: { quotas?: Partial<Quotas> } = {}): Promise<Elbv2Account> {
  const account = String(100_000_000_000 + ((process.pid * 1000 + Date.now()) % 1_000_000) * 100_000 + ++serial);
  const { url, pass, probe, close } = FOREIGN_URL === undefined ? await startServer(quotas) : foreignServer(FOREIGN_URL);
  const config = { region: 'us-west-2', endpoint: url, credentials: { accessKeyId: account, secretAccessKey: 'secret' }, maxAttempts: 1 };
  const clients = { elb: new ElasticLoadBalancingV2(config), ec2: new EC2(config), tagging: new ResourceGroupsTaggingAPI(config) };
  const acm = new ACM(config);
  const network = await makeNetwork(clients.ec2);
  const [certificate, otherCertificate] = [await aCertificate(acm, 'one.example.com'), await aCertificate(acm, 'two.example.com')];
  return {
    ...clients,
    ...network,
    certificate,
    otherCertificate,
    pass,
    probe,
    [Symbol.asyncDispose]: async () => {
      for (const client of [...Object.values(clients), acm]) client.destroy();
      await close();
    },
  };
}

function foreignServer(url: string): Server {
  return {
    url,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, (ms + LATE_MS) * FOREIGN_FACTOR)),
    probe: () => expect.fail('the targets of a foreign server cannot be driven: skip this test there'),
    close: () => Promise.resolve(),
  };
}

async function startServer(quotas: Partial<Quotas>): Promise<Server> {
  const world = drivenWorld();
  const ec2 = createEc2(world);
  const acm = createAcm(world);
  const elbv2 = createElbv2({ world, network: ec2.network, hasCertificate: (call, arn) => acm.certificate(call, arn) !== undefined, quotas });
  const services = { ec2: ec2.operations, acm: acm.operations, elasticloadbalancing: elbv2.operations, tagging: createTagging([elbv2.tags, ec2.tags]) };
  const { url, close } = await createLocalAws({ world, services }).listen();
  return { url, close, probe: elbv2.useProbe, pass: (ms) => Promise.resolve(world.clock.advance(ms)) };
}

/** Of a private authority, since such a certificate is issued at once. */
async function aCertificate(acm: ACM, DomainName: string): Promise<string> {
  const CertificateAuthorityArn = 'arn:aws:acm-pca:us-west-2:111122223333:certificate-authority/aaaaaaaa-0000-4000-8000-00000000000a';
  return (await acm.requestCertificate({ DomainName, CertificateAuthorityArn })).CertificateArn ?? '';
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
