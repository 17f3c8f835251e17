import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { inProcessHandler } from '../../../../infra/local/aws/in-process';
import { fileStorage } from '../../../../infra/local/storage';
import { rawAws } from './wire/raw-aws';

function start(path: string) {
  const { aws, clock } = rawAws({ storage: fileStorage(path), factor: 0.1 });
  const config = { region: 'us-west-2', endpoint: 'http://local.test', credentials: { accessKeyId: '111122223333', secretAccessKey: 'x' }, requestHandler: inProcessHandler(aws), maxAttempts: 1 };
  return { clock, elb: new ElasticLoadBalancingV2(config), ec2: new EC2(config) };
}

describe('ELBv2 after a restart', () => {
  it('goes on from where it was: provisioning, draining and lingering end at their own times, scaled by the factor', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'local-aws-'));
    const path = join(folder, 'state.db');
    const before = start(path);
    const { Vpc } = await before.ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
    const { Subnet } = await before.ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.0.0.0/24', AvailabilityZone: 'us-west-2a' });
    const make = async (Name: string) => (await before.elb.createLoadBalancer({ Name, Type: 'network', Scheme: 'internal', Subnets: [Subnet?.SubnetId ?? ''] })).LoadBalancers?.[0]?.LoadBalancerArn;
    const [kept, gone] = [await make('kept'), await make('gone')];
    const { TargetGroups } = await before.elb.createTargetGroup({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: Vpc?.VpcId, TargetType: 'ip' });
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await before.elb.createListener({ LoadBalancerArn: kept, Port: 80, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
    await before.elb.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10' }, { Id: '10.0.0.11' }] });
    await before.elb.deregisterTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.11' }] });
    await before.elb.deleteLoadBalancer({ LoadBalancerArn: gone });

    const { elb, ec2, clock } = start(path);
    const facts = async () => ({
      balancer: (await elb.describeLoadBalancers({ LoadBalancerArns: [kept ?? ''] })).LoadBalancers?.[0]?.State?.Code,
      targets: (await elb.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State),
      interfaces: (await ec2.describeNetworkInterfaces({})).NetworkInterfaces?.length,
    });
    expect(await facts()).toEqual({ balancer: 'provisioning', targets: ['initial', 'draining'], interfaces: 2 });
    clock.advance(2_000);
    expect(await facts()).toEqual({ balancer: 'provisioning', targets: ['initial', 'draining'], interfaces: 1 });
    clock.advance(28_000);
    expect(await facts()).toEqual({ balancer: 'active', targets: ['healthy'], interfaces: 1 });
    rmSync(folder, { recursive: true });
  });
});
