import ipaddr from 'ipaddr.js';
import { AwsError } from '../operation';

const malformed = (text: string | undefined) => new AwsError('InvalidParameterValue', `CIDR block ${text ?? ''} is malformed`);

/** An IPv4 block with its host bits cut off: `10.1.2.3/8` is `10.0.0.0/8`. Throws `InvalidParameterValue`. */
export function canonicalIpv4Cidr(text: string | undefined): string {
  const [address = '', length = ''] = (text ?? '').split('/');
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32) throw malformed(text);
  return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`).toString()}/${Number(length)}`;
}

/** An IPv6 block with its host bits cut off, in the short spelling of RFC 5952. Throws `InvalidParameterValue`. */
export function canonicalIpv6Cidr(text: string | undefined): string {
  const [address = '', length = ''] = (text ?? '').split('/');
  if (!ipaddr.IPv6.isValid(address) || address.includes('%') || !/^\d{1,3}$/.test(length) || Number(length) > 128) throw malformed(text);
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`).toRFC5952String()}/${Number(length)}`;
}

/** An IPv6 address in the short spelling of RFC 5952; anything else as it is. */
export function canonicalAddress(text: string): string {
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toRFC5952String() : text;
}

/** True if the address lies in the block; false if the families differ. */
export function isInside(address: string, cidr: string): boolean {
  const parsed = ipaddr.parse(address);
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}

/** True if two blocks share an address. */
export function overlaps(one: string, other: string): boolean {
  const [first] = one.split('/');
  const [second] = other.split('/');
  return isInside(first ?? '', other) || isInside(second ?? '', one);
}

/** How many addresses a new IPv4 subnet has to give: AWS keeps the first four and the last for itself. */
export function usableAddresses(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1])) - 5;
}

/** The address `index` places into an IPv4 block. */
export function ipv4At(cidr: string, index: number): string {
  const bytes = ipaddr.IPv4.networkAddressFromCIDR(cidr).toByteArray();
  const start = bytes.reduce((number, byte) => number * 256 + byte, 0);
  const value = start + index;
  return [value / 2 ** 24, value / 2 ** 16, value / 2 ** 8, value].map((part) => Math.floor(part) % 256).join('.');
}

/** The address `index` (below 2³²) places into an IPv6 block. */
export function ipv6At(cidr: string, index: number): string {
  const bytes = ipaddr.IPv6.networkAddressFromCIDR(cidr).toByteArray();
  for (let place = 15, rest = index; rest > 0; place -= 1) {
    const sum = (bytes[place] ?? 0) + (rest % 256);
    bytes[place] = sum % 256;
    rest = Math.floor(rest / 256) + Math.floor(sum / 256);
  }
  return new ipaddr.IPv6(bytes).toRFC5952String();
}
