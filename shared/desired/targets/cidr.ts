import ipaddr from 'ipaddr.js';

/** Whether an address lies in a CIDR block of its own family. Blocks that cannot be read hold nothing. */
export function containsAddress(cidr: string, address: string): boolean {
  if (!ipaddr.isValidCIDR(cidr) || !ipaddr.isValid(address)) return false;
  const [network, bits] = ipaddr.parseCIDR(cidr);
  const parsed = ipaddr.parse(address);
  return network.kind() === parsed.kind() && parsed.match(network, bits);
}

/** A CIDR block without host bits, as EC2 keeps it: `10.20.5.7/16` becomes `10.20.0.0/16`. Text that is no block comes back as it is. */
export function alignCidr(cidr: string): string {
  if (!ipaddr.isValidCIDR(cidr)) return cidr;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const network = address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${network.toString()}/${bits}`;
}
