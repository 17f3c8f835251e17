import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../../../shared/desired/network/ranges';

describe('canonicalAddress', () => {
  it.each([
    ['10.0.0.9', '10.0.0.9'],
    ['2600:1F13:0A00:0110:0000:0000:0000:00AA', '2600:1f13:a00:110::aa'],
    ['2600:1f13:a00:110:0:0:0:aa', '2600:1f13:a00:110::aa'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['::ffff:10.0.0.9', '::ffff:10.0.0.9'],
    ['::FFFF:0a00:9', '::ffff:10.0.0.9'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
  ])('writes %s as %s', (address, canonical) => expect(canonicalAddress(address)).toBe(canonical));
});
