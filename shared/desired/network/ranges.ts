import ipaddr from 'ipaddr.js';

/** Whether an address lies in a CIDR block of its own family. An address with a zone (`fe80::1%eth0`) lies in none. */
export function isInRange(address: string, range: string): boolean {
  if (address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  const [network, bits] = ipaddr.parseCIDR(range);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}
