import { randomInt } from 'node:crypto';
import type { Acm } from '../shared/aws/acm';
import type { AwsClientConfig } from '../shared/aws/client-config';
import { dynamodbTable } from '../shared/aws/dynamodb-table';
import type { Ec2 } from '../shared/aws/ec2';
import type { Elbv2 } from '../shared/aws/elbv2';
import type { Executions } from '../shared/aws/executions';
import type { FunctionVersions } from '../shared/aws/function-versions';
import type { Table } from '../shared/aws/table';
import type { Tagging } from '../shared/aws/tagging';
import type { TargetQueue } from '../shared/aws/target-queue';
import { type Environment, readEnvironment } from '../shared/contract/env';
import type { ClusterItem } from '../shared/contract/items';
import type { ClusterClient } from '../shared/kubernetes/cluster-client';
import { createStore } from '../shared/store/create-store';
import type { Store } from '../shared/store/store';
import { currentSignal } from './abort';
import { noteCall, takeCalls } from './call-count';
import { createLog, type Log } from './log';
import { createMeter, type Meter } from './meter';

/** What every function has. Time and chance are among it: nothing in a function reads a clock or draws a number by itself. */
export interface CoreClients {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** At least 0, less than 1. */
  readonly random: () => number;
  /** Calls back once after `ms`; the answer cancels it. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** Multiplies every delay of ours; 1 in AWS. */
  readonly factor: number;
  readonly log: Log;
  readonly meter: Meter;
  readonly table: Table;
  readonly store: Store;
}

/** What a function names if it uses it; each has its module in `functions/clients/`, so that a bundle holds only what its function uses. */
export interface NamedClients {
  readonly acm: Acm;
  readonly elbv2: Elbv2;
  readonly ec2: Ec2;
  readonly tagging: Tagging;
  readonly executions: Executions;
  readonly functionVersions: FunctionVersions;
  readonly targetQueue: TargetQueue;
  /** The client of a registered cluster; the same one for the same registration. */
  readonly clusterClient: (cluster: ClusterItem) => ClusterClient;
}

export type Clients = CoreClients & NamedClients;

/** What a client is made from. */
export interface Wiring {
  readonly environment: Environment;
  readonly aws: AwsClientConfig;
  readonly now: () => number;
}

export type ClientModules<Name extends keyof NamedClients> = { readonly [Each in Name]: (wiring: Wiring) => NamedClients[Each] };

let provided: Partial<Clients> = {};
let built = new Map<string, unknown>();

/** Puts other clients in the place of the real ones, for tests, the local system and the simulation. Replaces what was provided before. */
export function provideClients(clients: Partial<Clients>): void {
  provided = clients;
  built = new Map();
}

/**
 * The clients of a function: those that were provided, else real ones, each made when it is first used and kept. The only wiring there is:
 * the environment is read here and nowhere else.
 */
export function clientsFor<Name extends keyof NamedClients>(modules: ClientModules<Name>): CoreClients & Pick<NamedClients, Name> {
  const clients = {};
  const makers = { ...CORE, ...modules } as Record<string, (wiring: Wiring) => unknown>;
  for (const [name, make] of Object.entries(makers)) Object.defineProperty(clients, name, { get: () => find(name, make), enumerable: true });
  return clients as CoreClients & Pick<NamedClients, Name>;
}

const CORE: { readonly [Name in keyof CoreClients]: (wiring: Wiring) => CoreClients[Name] } = {
  now: () => () => Date.now(),
  random: () => () => randomInt(2 ** 32) / 2 ** 32,
  after: () => (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  factor: ({ environment }) => environment.STEPBALANCER_FACTOR,
  log: () => createLog(),
  meter: () => createMeter(),
  table: ({ aws, environment }) => dynamodbTable({ config: aws, name: environment.STEPBALANCER_TABLE }),
  store: () => {
    const { table, now, factor } = clientsFor({});
    return createStore({ table, now, factor, takeCalls });
  },
};

function find(name: string, make: (wiring: Wiring) => unknown): unknown {
  const other = provided[name as keyof Clients];
  if (other !== undefined) return other;
  if (!built.has(name)) built.set(name, make(wiring()));
  return built.get(name);
}

/** Lazy in its parts: where everything is provided, no environment is read. */
function wiring(): Wiring {
  const read = () => {
    if (!built.has('environment')) built.set('environment', readEnvironment());
    return built.get('environment') as Environment;
  };
  return {
    get environment() {
      return read();
    },
    get aws() {
      const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = read();
      return { region, ...(endpoint === undefined ? {} : { endpoint }), signal: currentSignal, onCall: noteCall };
    },
    now: () => clientsFor({}).now(),
  };
}
