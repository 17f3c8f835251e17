import type { Network, TagSource } from '../network';
import type { Operations, World } from '../operation';
import { addressOperations } from './addresses';
import { gatewayOperations } from './gateways';
import { instanceOperations } from './instances';
import { interfaceOperations } from './interfaces';
import { makeNetwork } from './network';
import { launchOperations, makeMachines, type Machines } from './nodes';
import { prefixListOperations } from './prefix-lists';
import { routeTableOperations } from './route-tables';
import { ruleOperations } from './security-group-rules';
import { securityGroupOperations } from './security-groups';
import { defaultQuotas, openEc2, type Ec2, type Ec2Quotas } from './state';
import { subnetOperations } from './subnets';
import { tagOperations, tagSource } from './tags';
import { vpcOperations } from './vpcs';
import { zoneOperations } from './zones';

/** The local EC2: what it answers, what load balancers see of it, and the local cluster's way into it. */
export interface LocalEc2 {
  readonly operations: Operations;
  readonly network: Network;
  readonly machines: Machines;
  readonly tags: TagSource;
  /** Its state, for environments that are loaded into it. */
  readonly state: Ec2;
}

/** Builds the local EC2 over the world's storage. Each operation is atomic: it takes effect whole or not at all. */
export function createEc2(world: World, quotas: Partial<Ec2Quotas> = {}): LocalEc2 {
  const state = openEc2(world, { ...defaultQuotas, ...quotas });
  const parts = [
    zoneOperations, vpcOperations, subnetOperations, routeTableOperations, gatewayOperations, securityGroupOperations, ruleOperations,
    prefixListOperations, addressOperations, interfaceOperations, instanceOperations, launchOperations, tagOperations,
  ];
  const operations: Operations = Object.assign({}, ...parts.map((part) => part(state)));
  return { operations: atomic(world, operations), network: makeNetwork(state), machines: makeMachines(state), tags: tagSource(state), state };
}

function atomic({ storage }: World, operations: Operations): Operations {
  return Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, (input, call) => storage.atomically(() => run(input, call))]));
}
