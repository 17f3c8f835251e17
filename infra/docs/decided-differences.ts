/** What a load balancer's life decides otherwise than LBC 3.5, which no single model shows: what we do, and why that is better for the user. */
export const DECIDED_DIFFERENCES: readonly (readonly [topic: string, decision: string])[] = [
  ['Replacing a load balancer (scheme)', 'Blocked until that very plan is approved by its hash; then the new one comes first and the hostname changes when it serves. LBC deletes the old one first, without asking.'],
  ['The type annotation changes after creation', 'The load balancer stays and serves on, and an Event says what to do. LBC deletes it, and whoever serves the new type makes another.'],
  ['A Service with somebody else\'s load balancer becomes ours', 'Nothing is made until a person approves it. LBC makes a second load balancer, whose hostname takes the place of the first.'],
  ['Replacing a target group', 'The new one stands behind the listener with weight 0 until its targets are healthy; then the traffic moves. LBC points the listener to an empty target group.'],
  ['IP family of a target group', 'A change replaces the target group: targets of the other family cannot be registered. LBC never compares it, so they are refused for ever.'],
  ['Several load balancers or target groups of one stack', 'One is kept; another load balancer goes with approval. LBC keeps and updates all of them, though only one is ever used.'],
  ['Deletion protection that was set outside the manifest', 'Holds the load balancer, and an Event says so. LBC switches it off and deletes: a protection that gives way protects nothing.'],
  ['Gate NLBHealthCheckAdvancedConfig off', 'Changes of a health check are made in place all the same, since AWS can; LBC replaces the target group.'],
  ['Names', 'Never compared, as in LBC: an annotation that names an existing load balancer otherwise changes nothing, since AWS cannot rename, and a name is no reason to replace it.'],
  ['What AWS would refuse half-way', 'Certificates, Elastic IPs, addresses, prefix lists, groups, attributes, health checks and quotas are looked at before the first write; LBC leaves half a load balancer behind.'],
];
