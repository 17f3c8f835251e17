import type { Executions } from '../../shared/aws/executions';
import type { FifoMessage, TargetQueue } from '../../shared/aws/target-queue';
import { TransientError } from '../../shared/contract/errors';
import type { ClusterItem } from '../../shared/contract/items';
import { Settings } from '../../shared/contract/settings';
import type { ApiObject, ClusterClient, ClusterEvent } from '../../shared/kubernetes/cluster-client';
import { createStore } from '../../shared/store/create-store';
import { memoryTable } from '../../shared/store/memory-table';
import { type Clients, provideClients } from '../../functions/clients';
import type { Log } from '../../functions/log';

export const START = 1_700_000_000_000;

export const aCluster = (fields: Partial<ClusterItem> = {}): ClusterItem => ({
  v: 1,
  id: 'c1',
  name: 'cluster-one',
  region: 'us-west-2',
  accountId: '111122223333',
  vpcId: 'vpc-0a',
  endpoint: 'https://127.0.0.1:6443',
  authentication: { type: 'none' },
  mode: 'own',
  settings: Settings.parse({}),
  registeredAt: START,
  ...fields,
});

/** Executions that remember what was started. `failures`: so many starts fail first. */
export function fakeExecutions() {
  const started: { name: string; input: { v: number; key: string; gen: number } }[] = [];
  const fake = {
    started,
    failures: 0,
    start: ({ name, input }: { name: string; input: unknown }) => {
      if (fake.failures > 0) {
        fake.failures -= 1;
        return Promise.reject(new TransientError('StartExecution: 503'));
      }
      if (started.some((other) => other.name === name)) return Promise.resolve({ outcome: 'exists' as const });
      started.push({ name, input: input as { v: number; key: string; gen: number } });
      return Promise.resolve({ outcome: 'started' as const, arn: `arn:${name}` });
    },
  };
  return fake satisfies Executions;
}

/** A queue that remembers what was sent. `refuse`: groups that it does not take. */
export function fakeTargetQueue() {
  const sent: FifoMessage[] = [];
  const fake = {
    sent,
    refuse: new Set<string>(),
    send: (messages: readonly FifoMessage[]) => {
      sent.push(...messages.filter(({ group }) => !fake.refuse.has(group)));
      return Promise.resolve(messages.filter(({ group }) => fake.refuse.has(group)));
    },
  };
  return fake satisfies TargetQueue;
}

/** A cluster's API over a list of objects; writes other than Events are refused by name. */
export function fakeCluster(objects: (ApiObject & { kind: string })[] = []) {
  const events: ClusterEvent[] = [];
  const refuse = (verb: string) => () => Promise.reject(new Error(`${verb} was not expected`));
  const fake = {
    objects,
    events,
    /** What LIST answers, if not the truth. */
    listed: undefined as ApiObject[] | undefined,
    calls: [] as string[],
    get: (resource: { kind: string; plural: string }, { namespace, name }: { namespace?: string; name: string }) => {
      fake.calls.push(`GET ${resource.plural}/${name}`);
      return Promise.resolve(fake.objects.find((object) => object.kind === resource.kind && object.metadata.namespace === namespace && object.metadata.name === name));
    },
    list: (resource: { kind: string; plural: string }) => {
      fake.calls.push(`LIST ${resource.plural}`);
      return Promise.resolve((fake.listed ?? fake.objects).filter((object) => object.kind === resource.kind));
    },
    recordEvent: (event: ClusterEvent) => Promise.resolve(void events.push(event)),
    create: refuse('create'),
    patch: refuse('patch'),
    apply: refuse('apply'),
    delete: refuse('delete'),
  };
  return fake satisfies ClusterClient;
}

/** A log that remembers its lines. */
export function fakeLog() {
  const lines: { level: string; message: string; values: Record<string, unknown> }[] = [];
  const at = (kept: Record<string, unknown>): Log => {
    const line = (level: string) => (message: string, values: Readonly<Record<string, unknown>> = {}) => void lines.push({ level, message, values: { ...kept, ...values } });
    return { info: line('info'), warn: line('warn'), error: line('error'), with: (values) => at({ ...kept, ...values }) };
  };
  return { lines, log: at({}) };
}

/** Everything a function needs, with memory, on a clock that moves by hand; provided to all handlers. */
export function aSystem() {
  const system = {
    time: START,
    executions: fakeExecutions(),
    targetQueue: fakeTargetQueue(),
    cluster: fakeCluster(),
    log: fakeLog(),
    table: memoryTable(),
    calls: [] as { state: string; outcome: string; durationMs: number }[],
    counts: new Map<string, number>(),
    /** Timers that were set and not cancelled. */
    timers: new Map<number, { ms: number; callback: () => void }>(),
  };
  const now = () => system.time;
  const store = createStore({ table: system.table, now, factor: 1 });
  let drawn = 0;
  let serial = 0;
  const clients: { -readonly [Name in Exclude<keyof Clients, 'functionVersions'>]: Clients[Name] } = {
    now,
    random: () => ((drawn += 1), (drawn * 0.618_033_988_7) % 1),
    after: (ms, callback) => {
      const id = (serial += 1);
      system.timers.set(id, { ms, callback });
      return () => void system.timers.delete(id);
    },
    factor: 1,
    log: system.log.log,
    meter: { call: (measure) => void system.calls.push(measure), count: ({ name, amount }) => void system.counts.set(name, (system.counts.get(name) ?? 0) + amount) },
    table: system.table,
    store,
    executions: system.executions,
    targetQueue: system.targetQueue,
    clusterClient: () => system.cluster,
    acm: refuseAll('acm'),
    elbv2: refuseAll('elbv2'),
    ec2: refuseAll('ec2'),
    tagging: refuseAll('tagging'),
  };
  provideClients(clients);
  return { ...system, system: Object.assign(system, { clients }), store, clients };
}

/** A client that says its name when it is touched. */
function refuseAll(name: string): never {
  const get = (_: object, member: string | symbol) => {
    throw new Error(`${name}.${String(member)} was not expected`);
  };
  return new Proxy({}, { get }) as never;
}
