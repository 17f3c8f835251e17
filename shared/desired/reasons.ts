/**
 * Every reason code that the heart gives, with its meaning in one line. A code is part of our API: it stands in Events and conditions,
 * people match on it. Never rename one. The page docs/reasons.md is made from this table.
 */
export const REASONS = {
  // Annotations that cannot be read.
  MalformedBool: 'An annotation (or attribute) must be a bool: true, True, TRUE, t, T, 1, false, False, FALSE, f, F or 0.',
  MalformedNumber: 'An annotation must be a decimal integer that fits into 32 bits.',
  MalformedMap: 'An annotation must be a list of pairs like key=value,key2=value2; a comma inside a value is written \\, when another pair follows.',
  MalformedJson: 'An annotation must be JSON with fields of the right types.',

  // Deletion.
  DeletionProtected: 'The Service is being deleted, or is no longer ours, while its attributes annotation switches deletion protection on.',
  MalformedDeletionProtection: 'While the Service is being deleted, deletion_protection.enabled in its attributes annotation cannot be read, so whether it may go is not known.',

  // Load balancer.
  UnknownScheme: 'The scheme must be internal or internet-facing.',
  ExistingSchemeUnknown: 'The existing load balancer has a scheme that is neither internal nor internet-facing.',
  UnknownIpAddressType: 'The address type of an NLB must be ipv4 or dualstack.',
  LoadBalancerNameTooLong: 'The name of a load balancer has at most 32 characters.',
  InvalidDnsRoutingPolicy: 'dns_record.client_routing_policy is not one of the three policies that NLB knows.',
  InvalidCapacity: 'The minimum capacity must be CapacityUnits=<integer>.',
  InvalidPrivateLinkRules: 'Whether inbound rules apply to PrivateLink traffic must be on or off.',
  ExternallyManagedTag: 'A tag is given that the settings leave to others.',

  // Subnets.
  NoSubnetNamed: 'The subnets annotation names nothing, or the existing load balancer has no subnet.',
  NoSubnetFound: 'Discovery found no subnet that can be used.',
  SubnetNotFound: 'A named subnet does not exist.',
  SubnetNamedTwice: 'A subnet is named more often than it exists.',
  SubnetsInOneZone: 'Two subnets lie in one Availability Zone; a load balancer takes one per zone.',
  SubnetsInSeveralLocales: 'Subnets lie in different kinds of places (Availability Zone, Local Zone, Wavelength Zone, Outpost).',
  UnknownZone: 'A subnet lies in a zone that EC2 does not list.',
  UnknownZoneType: 'A subnet lies in a zone of an unknown type.',
  SubnetWithoutIpv6: 'A dualstack load balancer needs an associated IPv6 range in every subnet.',
  NoMainRouteTable: 'The VPC shows no main route table, so whether a subnet is public is not known.',

  // Addresses.
  EipOnInternal: 'Elastic IPs are for internet-facing load balancers.',
  EipCount: 'There must be one Elastic IP allocation per subnet.',
  PrivateIpOnInternetFacing: 'Private IPv4 addresses are for internal load balancers.',
  PrivateIpCount: 'There must be one private IPv4 address per subnet.',
  InvalidPrivateIp: 'A private IPv4 address is not an IPv4 address.',
  PrivateIpNotInSubnet: 'Each subnet needs exactly one of the private IPv4 addresses in its range.',
  Ipv6AddressNeedsDualstack: 'IPv6 addresses are for dualstack load balancers.',
  Ipv6AddressCount: 'There must be one IPv6 address per subnet.',
  InvalidIpv6Address: 'An IPv6 address is not an IPv6 address.',
  Ipv6AddressNotInSubnet: 'Each subnet needs exactly one of the IPv6 addresses in its associated ranges.',
  InvalidSourceNat: 'Source NAT with IPv6 prefixes must be on or off.',
  SourceNatNeedsDualstack: 'Source NAT with IPv6 prefixes is for dualstack load balancers.',
  SourceNatNeedsIpv6Subnets: 'Source NAT with IPv6 prefixes needs an associated IPv6 range in every subnet.',
  SourceNatPrefixesNeedSourceNat: 'Source NAT prefixes are given, but source NAT is not switched on.',
  SourceNatPrefixCount: 'There must be one source NAT prefix (or auto_assigned) per subnet.',
  InvalidSourceNatPrefix: 'A source NAT prefix is neither auto_assigned nor a /80 in the range of its subnet.',

  // Security groups.
  SecurityGroupNotFound: 'A named security group does not exist.',
  SecurityGroupNamedTwice: 'A security group id is written twice.',
  SecurityGroupsConflict: 'Security groups are switched off, but the existing load balancer has some, and AWS cannot take them all away.',
  BackendSecurityGroupDisabled: 'Rules on targets are to be managed although the shared backend security group is switched off.',
  Ipv6SourceRangeOnIpv4: 'An IPv6 source range is given for an ipv4 load balancer.',

  // Listeners.
  UnusedTlsPort: 'The ssl-ports annotation names a port that the Service does not have.',
  InvalidAlpnPolicy: 'The ALPN policy is not one that NLB knows.',
  QuicNeedsUdp: 'Only a UDP or TCP_UDP port can become QUIC.',
  PortsCannotBeMerged: 'Ports with one number can share a listener only if they are one TCP and one UDP port.',

  // Weighted actions.
  UnknownActionType: 'The only action is forward.',
  InvalidAction: 'A forward action is incomplete or contradicts itself.',
  BackendServiceNotFound: 'An action names a Service that does not exist in the namespace.',
  BackendPortNotFound: 'An action names a port that its Service does not have.',
  SharedTargetGroupProtocol: 'Two listeners need one target group with protocols that AWS does not let them share.',

  // Target groups.
  IpTargetsDisabled: 'ip targets are switched off in the settings.',
  InstanceTargetsNeedNodePort: 'instance targets need a Service of type NodePort or LoadBalancer.',
  NodePortNotAllocated: 'instance targets need node ports, but the Service says that none are allocated.',
  NodePortMissing: 'instance targets need a node port, and the port of the Service has none.',
  TargetPortMissing: 'ip targets need a target port, and the port of the Service has none.',
  Ipv6TargetsNeedDualstack: 'A Service with IPv6 needs a dualstack load balancer.',
  InvalidTargetGroupAttribute: 'preserve_client_ip.enabled must be a bool.',
  InvalidProxyProtocol: 'The proxy protocol annotation must be *.',
  InvalidProxyProtocolPort: 'The list of ports with proxy protocol must hold port numbers.',
  InvalidHealthCheckProtocol: 'The protocol of a health check must be TCP, HTTP or HTTPS.',
  HealthCheckPortNotFound: 'The port of the health check is no number and no port of the Service.',
  HealthCheckPortNotNumeric: 'The port of the health check is a port of the Service whose target port is a name, which can differ from pod to pod.',

  // What AWS would refuse half-way: looked at before the first write.
  InvalidLoadBalancerName: 'The name of a load balancer has characters that AWS does not take, or is empty.',
  NameTaken: 'The name of the load balancer is that of one that is not of this Service.',
  InvalidTag: 'A tag has a key or value that AWS does not take, or there are too many.',
  SubnetOfAnotherVpc: 'A named subnet lies in another VPC than the cluster.',
  EipNotFound: 'A named Elastic IP does not exist in this account and Region.',
  EipNamedTwice: 'An Elastic IP is named for two subnets.',
  EipInUse: 'A named Elastic IP is associated with something else.',
  EipCannotMove: 'An Elastic IP of the load balancer is named for another subnet than it is in.',
  AddressInUse: 'A named private or IPv6 address belongs to another network interface.',
  AddressReserved: 'A named address is one of those that AWS keeps for itself in every subnet.',
  SecurityGroupOfAnotherVpc: 'A named security group belongs to another VPC than the cluster.',
  InvalidSourceRange: 'A source range is no CIDR block.',
  PrefixListNotFound: 'A named prefix list does not exist in this account and Region.',
  Ipv6InstanceTargets: 'A Service with IPv6 asks for instance targets, and no node has a primary IPv6 address.',
  SecurityGroupRuleQuota: 'A security group would need more inbound rules than it can have.',
  InvalidHealthCheck: 'A health check has a value that AWS does not take.',
  UnknownAttribute: 'An attribute is stated that AWS does not have there.',
  InvalidAttributeValue: 'An attribute has a value that AWS does not take.',
  UnsupportedProtocol: 'A port has a protocol that Network Load Balancers do not know.',
  UdpNeedsSourceNat: 'UDP on a dualstack load balancer needs source NAT by IPv6 prefix.',
  ListenerQuota: 'The Service has more ports than a load balancer of this account can have listeners.',
  CertificateQuota: 'The listeners have more certificates than a load balancer of this account can have.',
  CertificateNotFound: 'A named certificate does not exist in the account and Region of the load balancer.',
  CertificateNotIssued: 'A named certificate is not issued (yet, or any more).',
  SslPolicyNotFound: 'A named security policy for TLS does not exist.',
  TargetGroupArnNotFound: 'An action names a target group that does not exist.',
  TargetGroupOfAnotherVpc: 'An action names a target group of another VPC than the load balancer.',
  TargetGroupInUse: 'An action names a target group that another load balancer uses.',

  // Settings of a cluster.
  InvalidSettings: 'A setting is unknown or has a value of the wrong type.',
  ClusterNameMissing: 'The cluster has no name.',
  InvalidDefaultScheme: 'The default scheme must be internal or internet-facing.',
  InvalidDefaultTargetType: 'The default target type must be instance or ip.',
  TrackingTagInSettings: 'A tag in the settings is one of those that say who owns a resource.',
  TagManagedTwice: 'A tag is both a default tag and left to others.',
  InvalidBackendSecurityGroup: 'The backend security group must be an id that starts with sg-.',
  ManagedRulesNeedBackendGroup: 'Managing rules on targets by default needs the shared backend security group.',

  // Warnings: a model is built all the same.
  UnknownAnnotation: 'An annotation looks like one that we know, but is spelled differently, and has no effect.',
  PortShadowed: 'Of two ports with one number only the first gets a listener.',
  EmptyPrefixLists: 'An empty list of prefix lists closes the load balancer.',
  UnusedQuicPort: 'The quic-enabled-ports annotation names a port that the Service does not have.',
  QuicServerIdsNotGiven: 'QUIC targets need a server id in every pod; LBC gives pods one at admission, this program does not do so yet.',
  IgnoredAnnotationValue: 'The value of an annotation cannot be read and is ignored.',
} as const;

export type ReasonCode = keyof typeof REASONS;
