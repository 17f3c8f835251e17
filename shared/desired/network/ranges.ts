import ipaddr from 'ipaddr.js';

/** Whether an address lies in a CIDR block of its own family. An address with a zone (`fe80::1%eth0`) lies in none. */
export function isInRange(address: string, range: string): boolean {
  if (address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  const [network, bits] = ipaddr.parseCIDR(range);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}

/** An address as AWS and LBC write it: IPv6 in lower case with its longest run of zeros left out, mapped IPv4 with dots. */
export function canonicalAddress(address: string): string {
  const parsed = ipaddr.parse(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return parsed.isIPv4MappedAddress() ? `::ffff:${parsed.toIPv4Address().toString()}` : parsed.toRFC5952String();
}
