import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CLUSTER, openSmallWorld, type SmallWorld } from '../../../infra/local/small-world';
import type { Pass } from '../../../infra/local/pass-runner';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import type { LedgerItem, StateItem } from '../../../shared/contract/items';
import { aService } from '../manifests';

const environment = parse(readFileSync(join(import.meta.dirname, '../../vectors/environments/svc-three-zones.yaml'), 'utf8')) as object;
const at = { namespace: 'default', name: 'web' };

export const KEY = `svc#${CLUSTER}#default/web`;
const MINUTE_MS = 60_000;

/** A world with one Service whose load balancer is made, and what a person sees of it. */
export interface OneService extends SmallWorld {
  run(): Promise<Pass>;
  /** Lets minutes pass, one by one; what fails meanwhile fails. */
  wait(minutes: number): Promise<void>;
  remove(): Promise<Pass>;
  /** A new Service of the same name. */
  create(): Promise<Pass>;
  annotate(annotations: Readonly<Record<string, string | null>>): Promise<void>;
  exists(): Promise<boolean>;
  state(): Promise<StateItem>;
  ledger(): Promise<LedgerItem[]>;
  /** Events on the Service: `reason: message`. */
  events(): Promise<string[]>;
  /** What the account has of load balancers, target groups and security groups of ours. */
  left(): { loadBalancers: number; targetGroups: number; securityGroups: number };
}

/** Opens the world; `settings` as in an environment. */
export async function openOneService(settings: object = {}): Promise<OneService> {
  const world = await openSmallWorld({ environment: { ...environment, settings }, objects: [] });
  const run = () => world.runner.run(KEY);
  const { loadBalancers, targetGroups } = world.account.elbv2.state;
  const before = securityGroups(world);
  const opened: OneService = {
    ...world,
    run,
    async wait(minutes) {
      for (let minute = 0; minute < minutes; minute += 1) await world.runner.settle(MINUTE_MS).catch(() => undefined);
    },
    async create() {
      await world.client.create(RESOURCES.services, aService(at.name) as never);
      return run();
    },
    async remove() {
      await world.client.delete(RESOURCES.services, at);
      return run();
    },
    annotate: async (annotations) => void (await world.client.patch(RESOURCES.services, at, { type: 'merge', body: { metadata: { annotations } } })),
    exists: async () => (await world.client.get(RESOURCES.services, at)) !== undefined,
    async state() {
      const state = await world.store.leases.read(KEY);
      if (!state) throw new Error(`${KEY} has no state`);
      return state;
    },
    ledger: () => world.store.ledger.list(KEY),
    async events() {
      const events = await world.client.list(RESOURCES.events, { namespace: at.namespace });
      return events.filter((event) => (event['involvedObject'] as { kind?: string; name?: string }).name === at.name).map((event) => `${String(event['reason'])}: ${String(event['message'])}`);
    },
    left: () => ({ loadBalancers: [...loadBalancers.values()].length, targetGroups: [...targetGroups.values()].length, securityGroups: securityGroups(world) - before }),
  };
  const made = await opened.create();
  if (made.failure) throw new Error(`${made.failure.error}: ${made.failure.cause}`);
  await opened.wait(2);
  return opened;
}

function securityGroups({ account, place }: SmallWorld): number {
  return [...account.ec2.state.open(place).groups.values()].length;
}
