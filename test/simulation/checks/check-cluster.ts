import { STATES } from '../../../shared/contract/steps';
import type { CallInfo } from '../world/network';
import type { Invocation } from '../world/invocations';
import { CLUSTER, type World } from '../world/open-world';
import { ownResources } from './account-view';
import type { Violated } from './check-account';
import { services } from './cluster-view';

const FINALIZER = 'service.k8s.aws/resources';
/** What passes read because their answer depends on it, and how the index calls it. */
const REFERRED: Readonly<Record<string, (about: string) => readonly string[]>> = {
  'cluster:GET services': (about) => [`services#${about}`],
  'cluster:GET endpointslices': (about) => [`endpointslices#${about}/`],
  'cluster:GET nodes': (about) => ['nodes#*', `nodes#/${about}`],
};
/** The states that read what their plan is made from. */
const READING = new Set(['resolve-subnets', 'sync-targets']);

interface ClusterChecks {
  readonly violated: Violated;
  /** Partitions of the index in which a key stands. */
  readonly referencesOf: (key: string) => ReadonlySet<string>;
}

/** Looks at what passes ask of the cluster: nothing is read before the index says who reads it, and no finalizer goes before what it holds. */
export function watchCluster(world: World, { violated, referencesOf }: ClusterChecks): (what: CallInfo, by: Invocation | undefined, when: 'before' | 'after') => void {
  return (what, by, when) => {
    if (what.to !== 'cluster' || !by) return;
    if (when === 'before' && READING.has(by.functionName)) checkReference(world, { what, by, violated, referencesOf });
    if (when === 'after' && what.name === 'cluster:PATCH services' && by.functionName === 'delete-load-balancer') checkFinalizer(world, what, violated);
  };
}

/** Whether the execution of a function was stopped, and somebody has had the key since: nothing that it reads is kept. */
function isVoid({ table }: World, { event }: Invocation): boolean {
  const { key, owner, lease } = (event ?? {}) as { key?: string; owner?: string; lease?: { fence: number } };
  if (key === undefined || lease === undefined) return false;
  const state = table.items().find(({ pk, sk }) => pk === key && sk === 'STATE');
  return state?.['owner'] !== owner || state?.['fence'] !== lease.fence;
}

function checkReference(world: World, { what, by, violated, referencesOf }: ClusterChecks & { what: CallInfo; by: Invocation }): void {
  const names = REFERRED[what.name]?.(what.about);
  if (names === undefined) return;
  const keys = keysOf(by);
  // A security group's pass computes nothing from Services: it reads those behind it to write Events on them, perhaps beside passes of the same batch.
  const isForEvents = what.name === 'cluster:GET services' && keys.some((key) => key.startsWith('sg#'));
  if (keys.length === 0 || isForEvents) return;
  const isKnown = keys.some((key) => [...referencesOf(key)].some((pk) => names.some((name) => pk.startsWith(`REF#${CLUSTER}#${name}`))));
  if (!isKnown && !isVoid(world, by)) violated('reference', `${by.functionName} reads ${what.name.replace('cluster:GET ', '')} ${what.about} for ${keys.join(' or ')} before it says so in the index: whoever changes it now wakes nobody`);
}

function keysOf({ event, held }: Invocation): string[] {
  const { key } = (event ?? {}) as { key?: string };
  return key === undefined ? [...held.keys()] : [key];
}

/** The finalizer holds the Service until nothing of it is left in AWS, or until AWS has refused for too long. */
function checkFinalizer(world: World, { about }: CallInfo, violated: Violated): void {
  const name = about.split(' ')[0] ?? '';
  if (about.endsWith(' status') || services(world).some(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name && metadata.finalizers?.includes(FINALIZER))) return;
  const state = world.table.items().find(({ pk, sk }) => pk === `svc#${CLUSTER}#${name}` && sk === 'STATE');
  const isLate = world.clock.now() - Number(state?.['deletingSince'] ?? 0) > DEADLINE_MS;
  const left = ownResources(world).filter(({ tags }) => tags['service.k8s.aws/stack'] === name);
  if (!isLate && left.length > 0) violated('finalizer', `the finalizer of Service ${name} went while ${left.map((each) => each.name).join(', ')} still existed`);
}

const DEADLINE_MS = 10 * 60_000;

/** Whoever waits gives way at once to something newer. `newest` is the generation of the key when the function began. */
export function checkWait({ functionName, event, newestAtStart = 0 }: Invocation, error: unknown, violated: Violated): void {
  const { key, lease } = (event ?? {}) as { key?: string; lease?: { runGen: number } };
  const isWait = functionName === 'wait-for-healthy' && error instanceof Error && error.name === 'NotReady';
  if (isWait && lease !== undefined && newestAtStart > lease.runGen) violated('stale wait', `${STATES[7]} of ${key ?? ''} goes on waiting for generation ${lease.runGen} although ${newestAtStart} is asked for`);
}
