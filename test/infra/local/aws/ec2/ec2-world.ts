import { EC2 } from '@aws-sdk/client-ec2';
import { createEc2, type LocalEc2 } from '../../../../../infra/local/aws/ec2/create-ec2';
import type { Ec2Quotas } from '../../../../../infra/local/aws/ec2/state';
import { inProcessHandler } from '../../../../../infra/local/aws/in-process';
import type { Call } from '../../../../../infra/local/aws/operation';
import { createLocalAws } from '../../../../../infra/local/aws/server';
import { drivenClock, type DrivenClock } from '../../../../../infra/local/clock';
import { memoryStorage, type Storage } from '../../../../../infra/local/storage';

/** The place of all calls in these tests. */
export const place = { account: '111122223333', region: 'us-west-2' };

/** A local EC2 on a driven clock, and an SDK client that calls it without a socket. */
export interface Ec2World extends LocalEc2 {
  readonly client: EC2;
  readonly clock: DrivenClock;
  /** A call as other services of the local AWS get it. */
  call(): Call;
}

/** A fresh local EC2 (or one over the storage of an earlier one) with a fixed source of chance. */
export function ec2World({ quotas = {}, storage = memoryStorage(), clock = drivenClock(), seed = 1 }: { quotas?: Partial<Ec2Quotas>; storage?: Storage; clock?: DrivenClock; seed?: number } = {}): Ec2World {
  const world = { storage, clock, random: seededRandom(seed), factor: 1 };
  const ec2 = createEc2(world, quotas);
  const localAws = createLocalAws({ world, services: { ec2: ec2.operations } });
  const client = new EC2({ region: place.region, credentials: { accessKeyId: place.account, secretAccessKey: 'test' }, requestHandler: inProcessHandler(localAws), maxAttempts: 1 });
  return { ...ec2, client, clock, call: () => ({ ...place, caller: place.account, userAgent: 'test', now: clock.now() }) };
}

/** Chance that is the same in every run: Park and Miller's generator. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A VPC with one subnet in it. */
export async function aNetwork({ client }: Ec2World): Promise<{ vpcId: string; subnetId: string }> {
  const { Vpc } = await client.createVpc({ CidrBlock: '10.0.0.0/16' });
  const vpcId = Vpc?.VpcId ?? '';
  const { Subnet } = await client.createSubnet({ VpcId: vpcId, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-west-2a' });
  return { vpcId, subnetId: Subnet?.SubnetId ?? '' };
}

/** A security group in a VPC; its id. */
export async function aGroup({ client }: Ec2World, vpcId: string, name = 'web'): Promise<string> {
  const { GroupId } = await client.createSecurityGroup({ GroupName: name, Description: 'for tests', VpcId: vpcId });
  return GroupId ?? '';
}
