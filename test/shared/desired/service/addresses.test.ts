import { describe, expect, it } from 'vitest';
import { aService, aSubnet, codesOf, factsOf, modelOf, specOf } from './a-service';

const network = { ...factsOf(aService()).network, subnets: [aSubnet({ ipv6CidrBlocks: [{ cidrBlock: '2600:1f13:a00:110::/64', state: 'associated' }] })] };
const withIpv6 = (address: string) => modelOf(aService({ annotations: { 'aws-load-balancer-ip-address-type': 'dualstack', 'aws-load-balancer-ipv6-addresses': address } }), { network });

describe('addresses of a load balancer', () => {
  it('writes IPv6 addresses as AWS does, however the annotation writes them', () => {
    expect(specOf(withIpv6('2600:1F13:0A00:0110:0:0:0:00AA'), 'load-balancer').subnetMapping).toEqual([{ subnetID: 'subnet-a', ipv6Address: '2600:1f13:a00:110::aa' }]);
  });

  it.each(['2600:1f13:a00:111::1', '::ffff:10.0.0.9', '2600:1f13:a00:110::1%eth0'])('takes no address outside of the subnet: %s', (address) => expect(codesOf(withIpv6(address))).toEqual(['Ipv6AddressNotInSubnet']));
});
