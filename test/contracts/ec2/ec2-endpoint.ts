import { randomInt } from 'node:crypto';
import { EC2 } from '@aws-sdk/client-ec2';
import { createEc2 } from '../../../infra/local/aws/ec2/create-ec2';
import { createLocalAws } from '../../../infra/local/aws/server';
import { realClock } from '../../../infra/local/clock';
import { memoryStorage } from '../../../infra/local/storage';

/** An EC2 that speaks the wire protocol: the one at `LOCAL_AWS_URL`, or a local one that is started here. */
export interface Ec2Endpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** Finds or starts an EC2 to be tested over HTTP. */
export async function ec2Endpoint(): Promise<Ec2Endpoint> {
  const given = process.env['LOCAL_AWS_URL'];
  if (given !== undefined) return { url: given, close: () => Promise.resolve() };
  const world = { storage: memoryStorage(), clock: realClock(), random: Math.random, factor: 1 };
  return createLocalAws({ world, services: { ec2: createEc2(world).operations } }).listen();
}

/** A client of an account that nobody else uses: twelve digits as access key are the account. */
export function newAccount({ url }: Ec2Endpoint): EC2 {
  const account = String(randomInt(100_000_000_000, 281_474_976_710_655)).slice(0, 12);
  return new EC2({ endpoint: url, region: 'us-west-2', credentials: { accessKeyId: account, secretAccessKey: 'contract' }, maxAttempts: 1 });
}

/** A VPC of its own for a test; its id. */
export async function aVpc(ec2: EC2, cidr = '10.0.0.0/16'): Promise<string> {
  return (await ec2.createVpc({ CidrBlock: cidr })).Vpc?.VpcId ?? '';
}

/** A security group; its id. */
export async function aGroup(ec2: EC2, vpcId: string, name: string): Promise<string> {
  return (await ec2.createSecurityGroup({ GroupName: name, Description: `group ${name}`, VpcId: vpcId })).GroupId ?? '';
}

/** What the SDK calls the error that a call is answered with (EC2's code), or `none`. */
export async function errorOf(call: () => Promise<unknown>): Promise<string> {
  return call().then(
    () => 'none',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}
