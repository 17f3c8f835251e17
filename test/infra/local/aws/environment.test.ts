import { readdirSync, readFileSync } from 'node:fs';
import { ACM } from '@aws-sdk/client-acm';
import { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultEnvironment, defaultIds } from '../../../../infra/local/aws/default-environment';
import { loadEnvironment } from '../../../../infra/local/aws/environment';
import { AwsEnvironment, mergeOverrides } from '../../../../infra/local/aws/environment-schema';
import { accountWorld } from './environment-world';

const folder = 'test/vectors/environments';
const read = (name: string): unknown => parse(readFileSync(`${folder}/${name}`, 'utf8'));

function load(environment: unknown) {
  const account = accountWorld();
  const place = loadEnvironment(account, environment);
  return { ...account, place, ec2Client: new EC2({ ...account.client, region: place.region }) };
}

describe('loadEnvironment', () => {
  it.each(readdirSync(folder))('shows the subnets, groups and interfaces of %s as they are stated', async (name) => {
    const given = AwsEnvironment.parse(read(name));
    const { ec2Client } = load(read(name));
    const [subnets, groups, interfaces, zones] = [await ec2Client.describeSubnets({}), await ec2Client.describeSecurityGroups({}), await ec2Client.describeNetworkInterfaces({}), await ec2Client.describeAvailabilityZones({})];
    expect(subnets.Subnets?.map((one) => [one.SubnetId, one.CidrBlock, one.AvailableIpAddressCount, Object.fromEntries((one.Tags ?? []).map((tag) => [tag.Key, tag.Value]))])).toEqual(
      given.subnets.map((one) => [one.id, one.cidrBlock, one.availableIpAddressCount, one.tags]),
    );
    expect(groups.SecurityGroups?.filter((one) => one.GroupName !== 'default').map((one) => [one.GroupId, one.GroupName])).toEqual(given.securityGroups.map((one) => [one.id, one.name]));
    const stated = [...given.networkInterfaces, ...given.instances.flatMap((one) => one.networkInterfaces)];
    expect(interfaces.NetworkInterfaces?.filter((one) => one.RequesterManaged !== true).map((one) => one.NetworkInterfaceId)).toEqual(stated.map((one) => one.id));
    expect(zones.AvailabilityZones?.map((one) => [one.ZoneName, one.ZoneId, one.ZoneType])).toEqual(given.availabilityZones.map((one) => [one.name, one.id, one.zoneType]));
  });

  it('gives each VPC one main route table and an internet gateway', async () => {
    for (const name of readdirSync(folder)) {
      const { ec2Client, place, ec2 } = load(read(name));
      for (const { vpcId } of ec2.state.open(place).vpcs.values()) {
        const { RouteTables } = await ec2Client.describeRouteTables({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }, { Name: 'association.main', Values: ['true'] }] });
        expect([name, RouteTables?.length, ec2.network.vpc(place, vpcId)?.hasInternetGateway]).toEqual([name, 1, true]);
      }
    }
  });

  it('lists blocks that were taken away as disassociated, a subnet’s first', async () => {
    const { ec2Client } = load(read('svc-dualstack-partial.yaml'));
    const { Subnets } = await ec2Client.describeSubnets({ SubnetIds: ['subnet-0193d7e5b4a6c8f23'] });
    expect(Subnets?.[0]?.Ipv6CidrBlockAssociationSet).toMatchObject([{ Ipv6CidrBlock: '2600:1f13:a00:112::/64', Ipv6CidrBlockState: { State: 'disassociated' } }]);
  });

  it('gives load balancers interfaces with their groups, and leaves the stated number of free addresses', async () => {
    const { ec2Client, elbv2 } = load(read('ing-existing.yaml'));
    const { NetworkInterfaces } = await ec2Client.describeNetworkInterfaces({ Filters: [{ Name: 'description', Values: ['ELB app/k8s-stay-kept/*'] }] });
    expect(NetworkInterfaces?.map((one) => one.SubnetId)).toEqual(['subnet-0c33c33c33c330002', 'subnet-0a11a11a11a110002']);
    expect(elbv2.loadBalancers.values().map((one) => [one.name, one.type, one.zones.length])).toEqual([['k8s-stay-kept', 'application', 2], ['k8s-stay-fronted-nlb', 'network', 1], ['k8s-other', 'application', 2]]);
  });

  it('keeps certificates with their names, states and key types', async () => {
    const account = accountWorld();
    loadEnvironment(account, read('ing-three-zones.yaml'));
    const { CertificateSummaryList } = await new ACM(account.client).listCertificates({ Includes: { keyTypes: ['RSA_2048', 'EC_prime256v1'] }, CertificateStatuses: ['ISSUED'] });
    expect(CertificateSummaryList?.map((one) => [one.DomainName, one.Type, one.KeyAlgorithm])).toEqual([
      ['shop.example.com', 'AMAZON_ISSUED', 'RSA_2048'],
      ['*.example.com', 'AMAZON_ISSUED', 'EC_prime256v1'],
      ['example.org', 'IMPORTED', 'RSA_2048'],
      ['vault.corp.example.net', 'PRIVATE', 'RSA_2048'],
    ]);
  });

  it('refuses a value of the wrong form and changes nothing', () => {
    const account = accountWorld();
    expect(() => loadEnvironment(account, { cluster: { name: 'x' } })).toThrow(/region/);
    expect(account.ec2.state.open({ account: '111122223333', region: 'us-west-2' }).vpcs.size).toBe(0);
  });
});

describe('defaultEnvironment', () => {
  it('has three zones with a public and a private subnet each, found by the role tags', async () => {
    const { ec2Client } = load(defaultEnvironment());
    const tagged = async (key: string) => (await ec2Client.describeSubnets({ Filters: [{ Name: `tag:${key}`, Values: ['1'] }, { Name: 'vpc-id', Values: [defaultIds.vpcId] }] })).Subnets?.map((one) => one.SubnetId);
    expect(await tagged('kubernetes.io/role/elb')).toEqual(defaultIds.publicSubnets);
    expect(await tagged('kubernetes.io/role/internal-elb')).toEqual(defaultIds.privateSubnets);
  });

  it('takes nodes into the group of the nodes', () => {
    const { ec2, place } = load(defaultEnvironment());
    const node = ec2.machines.addNode(place, { name: 'node-a', subnetId: defaultIds.privateSubnets[0] ?? '', groups: [defaultIds.nodeSecurityGroup] });
    expect(node).toMatchObject({ zone: 'us-west-2a', privateIp: '10.20.48.4' });
  });
});

describe('mergeOverrides', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['merges objects deeply', { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    ['replaces lists whole', { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    ['replaces a value by an object', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
    ['adds what is new', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['keeps a false, an empty text and a null', { a: true, b: 'x', c: 1 }, { a: false, b: '', c: null }, { a: false, b: '', c: null }],
    ['keeps everything without overrides', { a: 1 }, undefined, { a: 1 }],
  ])('%s', (_, environment, overrides, expected) => {
    const before = structuredClone(environment);
    expect(mergeOverrides(environment, overrides)).toEqual(expected);
    expect(environment).toEqual(before);
  });
});
