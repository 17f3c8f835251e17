/**
 * Models that LBC gives and no AWS takes, or that stepbalancer does not take on: why. LBC does not check these values (the notes on the adoption vectors list them as left out); a
 * refusal must leave nothing behind all the same. A name may end in `*`.
 */
const REFUSED: Readonly<Record<string, string>> = {
  'addresses/eips-not-validated': 'an Elastic IP is named by its address, not by its allocation id',
  'annotation-parsing/slice-no-escape': 'a source range ends in a backslash',
  'defects/shared-extra-service-keeps-first-protocol': 'a TCP listener cannot forward to a TLS target group',
  'health-checks/numbers-not-checked': 'an interval of 0 seconds',
  'listener-attributes/quic': 'QUIC targets need server ids in the pods',
  'listener-attributes/several': 'attributes that no listener has',
  'listeners/sctp': 'no load balancer speaks SCTP',
  'load-balancer-attributes/access-logs-without-bucket': 'access logs without a bucket',
  'load-balancer-attributes/deletion-protection-not-checked': 'deletion protection "sometimes"',
  'managed-security-group/host-address-without-length': 'a source range without length, which the API server refuses, too',
  'managed-security-group/ranges-not-validated': 'a source range "office-network"',
  'minimum-capacity/negative': 'a capacity below zero',
  'names/custom-name-empty': 'a load balancer without a name',
  'names/custom-name-not-validated': 'characters that no name has',
  'subnets-annotation/other-vpc-by-id': 'subnets of another VPC than the security groups',
  'target-group-attributes/empty-value': 'an attribute without a value',
  'target-group-attributes/preserve-client-ip': 'a value "T" where AWS takes true and false',
  'target-rules-by-address/udp-preserve-client-ip-off': 'UDP target groups always keep the address of the client',
  'tls/certificate-not-validated': 'a certificate that is none',
  'weighted/arn-not-checked': 'a target group ARN that is none',
  'weighted/many-target-groups': 'more than five target groups behind one listener',
};

/** Why a model cannot be applied; undefined where it can. `file` is a path below the vectors' folder `service`. */
export function whyRefused(file: string): string | undefined {
  const name = file.replace(/\.yaml$/, '');
  return Object.entries(REFUSED).find(([pattern]) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))?.[1];
}
