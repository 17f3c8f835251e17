import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalIpv4Cidr, ipv4At, ipv6At, isInside, overlaps, usableAddresses } from '../../../../../infra/local/aws/ec2/cidr';
import { shortRegion } from '../../../../../infra/local/aws/ec2/state';

describe('blocks of addresses', () => {
  it.each([
    ['10.0.1.0/24', 4, '10.0.1.4'],
    ['10.0.0.0/16', 256, '10.0.1.0'],
    ['255.255.255.0/24', 255, '255.255.255.255'],
  ])('counts in %s to place %i', (cidr, index, address) => expect(ipv4At(cidr, index)).toBe(address));

  it.each([
    ['2001:db8::/64', 4, '2001:db8::4'],
    ['2001:db8::ff00/120', 255, '2001:db8::ffff'],
    ['2001:db8::/64', 2 ** 31 + 1, '2001:db8::8000:1'],
  ])('counts in %s to place %i', (cidr, index, address) => expect(ipv6At(cidr, index)).toBe(address));

  it('never leaves the block', () => {
    fc.assert(fc.property(fc.ipV4(), fc.integer({ min: 16, max: 28 }), fc.nat(), (address, bits, place) => {
      const cidr = canonicalIpv4Cidr(`${address}/${bits}`);
      expect(isInside(ipv4At(cidr, place % 2 ** (32 - bits)), cidr)).toBe(true);
    }));
  });

  it.each([
    ['10.0.0.0/16', '10.0.5.0/24', true],
    ['10.0.5.0/24', '10.0.0.0/16', true],
    ['10.0.0.0/24', '10.0.1.0/24', false],
    ['10.0.0.0/24', '2001:db8::/64', false],
  ])('knows whether %s and %s overlap', (one, other, expected) => expect(overlaps(one, other)).toBe(expected));

  it('keeps five addresses of a subnet for AWS', () => expect([usableAddresses('10.0.0.0/24'), usableAddresses('10.0.0.0/28')]).toEqual([251, 11]));
});

describe('shortRegion', () => {
  it.each([['us-west-2', 'usw2'], ['us-east-1', 'use1'], ['eu-central-1', 'euc1'], ['ap-northeast-1', 'apne1'], ['ap-southeast-2', 'apse2'], ['ca-central-1', 'cac1'], ['eu-north-1', 'eun1']])(
    'names zones of %s by %s',
    (region, short) => expect(shortRegion(region)).toBe(short),
  );
});
