import { watchAccount } from './checks/check-account';
import { watchTable } from './checks/check-table';
import { findUnsettled } from './checks/settled';
import { CERTIFICATES, EDGE_GROUP } from './story/belongings';
import type { Deed, ServiceTemplate } from './story/story';
import { createUser } from './story/user';
import { chanceOf } from './chance';
import { passTime } from './world/base-world';
import type { CallInfo } from './world/network';
import { openWorld, type World } from './world/open-world';

/** A change that a run is killed in the middle of. */
export interface Scenario {
  readonly name: string;
  /** What is there before, at rest. */
  readonly before: readonly Deed[];
  readonly change: readonly Deed[];
  /** Writes to AWS that the change comes to, among others; with none named, there is none. A scenario that changes nothing would prove nothing. */
  readonly makes: readonly string[];
}

/** One kill: at the nth call of the change's work, before or after it took effect. */
export interface KillPoint {
  readonly call: number;
  readonly when: 'before' | 'after';
  /** What was called. */
  readonly at: string;
}

/** How a scenario went with one kill, or with none. */
export interface CrashRun {
  /** The calls of the change's work, in their order. */
  readonly calls: readonly string[];
  /** Nothing where the function died where it should and everything came to rest. */
  readonly wrong: readonly string[];
}

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';
const MINUTE_MS = 60_000;
const REST_WITHIN_MINUTES = 20;
const SECOND_MS = 1000;

const template: ServiceTemplate = { deployment: 'web', targetType: 'ip', scheme: 'internal', ports: [{ port: 80, targetPort: 8080 }], annotations: {} };
const web: Deed = { kind: 'create', service: 'web', template };
const secure: Deed = { kind: 'create', service: 'web', template: { ...template, ports: [{ port: 443, targetPort: 8080 }], annotations: { [`${PREFIX}ssl-cert`]: CERTIFICATES.slice(0, 2).join(',') } } };
const annotate = (name: string, value: string | undefined): Deed => ({ kind: 'annotate', service: 'web', annotation: PREFIX + name, value });

/** What the path can do; what comes later joins this list. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'create', before: [], change: [web], makes: ['CreateLoadBalancer', 'CreateTargetGroup', 'CreateListener', 'CreateSecurityGroup', 'RegisterTargets'] },
  { name: 'change of an attribute', before: [web], change: [annotate('attributes', 'load_balancing.cross_zone.enabled=true')], makes: ['ModifyLoadBalancerAttributes'] },
  { name: 'change of ports', before: [web], change: [{ kind: 'ports', service: 'web', ports: [{ port: 443, targetPort: 8080 }] }], makes: ['CreateListener', 'DeleteListener'] },
  { name: 'scale', before: [web], change: [{ kind: 'scale', deployment: 'web', replicas: 4 }], makes: ['RegisterTargets'] },
  { name: 'delete', before: [web], change: [{ kind: 'delete', service: 'web' }], makes: ['DeleteLoadBalancer', 'DeleteTargetGroup', 'DeleteSecurityGroup'] },
  { name: 'delete and create again', before: [web], change: [{ kind: 'delete', service: 'web' }, web], makes: ['DeleteLoadBalancer', 'CreateLoadBalancer'] },
  { name: 'create with instance targets', before: [], change: [{ kind: 'create', service: 'web', template: { ...template, targetType: 'instance' } }], makes: ['CreateLoadBalancer', 'RegisterTargets'] },
  { name: 'another target group', before: [web], change: [annotate('nlb-target-type', 'instance')], makes: ['CreateTargetGroup', 'ModifyListener', 'DeleteTargetGroup'] },
  { name: 'other certificates', before: [secure], change: [annotate('ssl-cert', CERTIFICATES.slice(1).join(','))], makes: ['ModifyListener', 'AddListenerCertificates', 'RemoveListenerCertificates'] },
  { name: 'no certificates any more', before: [secure], change: [annotate('ssl-cert', undefined)], makes: ['ModifyListener'] },
  { name: 'fewer subnets', before: [web], change: [annotate('subnets', 'demo-private-a,demo-private-b')], makes: ['SetSubnets'] },
  { name: 'security groups of the user', before: [web], change: [annotate('security-groups', `customer,${EDGE_GROUP}`)], makes: ['SetSecurityGroups', 'DeleteSecurityGroup'] },
  { name: 'the managed security group again', before: [{ kind: 'create', service: 'web', template: { ...template, annotations: { [`${PREFIX}security-groups`]: EDGE_GROUP, [`${PREFIX}manage-backend-security-group-rules`]: 'true' } } }], change: [annotate('security-groups', undefined)], makes: ['CreateSecurityGroup', 'SetSecurityGroups'] },
  { name: 'adoption', before: [], change: [{ kind: 'adopt', service: 'web', template }], makes: [] },
  { name: 'adoption and a change', before: [], change: [{ kind: 'adopt', service: 'web', template }, annotate('nlb-target-type', 'instance')], makes: ['CreateTargetGroup', 'DeleteTargetGroup'] },
  { name: 'adoption and deletion', before: [], change: [{ kind: 'adopt', service: 'web', template }, { kind: 'delete', service: 'web' }], makes: ['DeleteLoadBalancer', 'DeleteTargetGroup', 'DeleteSecurityGroup'] },
];

/** Runs a scenario; kills the function that makes the call of this point. Everything else goes well, so that only this kill is to be recovered from. */
export async function runScenario({ before, change }: Scenario, point?: Pick<KillPoint, 'call' | 'when'>): Promise<CrashRun> {
  const calls: string[] = [];
  const wrong: string[] = [];
  let isChanging = false;
  let now = () => 0;
  const violated = (rule: string, words: string) => void wrong.push(`${rule}: ${words}`);
  const strike = (what: CallInfo, by: { functionName: string } | undefined) => {
    if (!isChanging || by === undefined) return undefined;
    calls.push(`${by.functionName}: ${what.name}`);
    return point !== undefined && calls.length === point.call ? { kind: point.when === 'before' ? ('killed-before' as const) : ('killed-after' as const), size: 0 } : undefined;
  };
  const table = watchTable({ now: () => now(), violated, leaseExpired: () => undefined });
  const world = await openWorld({ ...QUIET, violated, strike, written: table.written });
  now = world.clock.now;
  watchAccount(world, violated);
  try {
    await perform(world, before);
    wrong.push(...(await rest(world)));
    isChanging = true;
    await perform(world, change);
    wrong.push(...(await rest(world)));
  } finally {
    await world.close();
  }
  if (point !== undefined && calls.length < point.call) wrong.push(`there were only ${calls.length} calls, none to be killed at`);
  return { calls, wrong };
}

/** Every point of a scenario: at each call that its work makes until it is at rest, before and after. */
export async function killPoints(scenario: Scenario): Promise<KillPoint[]> {
  const { calls, wrong } = await runScenario(scenario);
  if (wrong.length > 0) throw new Error(`${scenario.name}: fails without any kill: ${wrong.join('; ')}`);
  return calls.flatMap((at, index) => (['before', 'after'] as const).map((when) => ({ call: index + 1, when, at })));
}

const QUIET = {
  seed: 1,
  driftCheckAfter: '10m',
  tell: () => undefined,
  logged: () => undefined,
  happened: () => undefined,
  begun: () => undefined,
  failed: () => undefined,
  isRough: () => false,
  deliveries: () => [0],
  refusal: () => false,
  queueRefuses: () => false,
  keepsMessage: () => false,
  isLate: () => false,
};

/** Does one after the other, each as soon as it can be done: a Service is created again when the old one is gone. */
async function perform(world: World, deeds: readonly Deed[]): Promise<void> {
  const user = createUser({ world, chance: chanceOf(1, 'user'), happened: () => undefined, tell: () => undefined });
  const end = world.clock.now() + REST_WITHIN_MINUTES * MINUTE_MS;
  for (const deed of deeds) {
    while (!(await user.perform(deed))) {
      if (world.clock.now() > end) throw new Error(`there is nothing to ${deed.kind}`);
      await passTime(world.clock, SECOND_MS);
    }
  }
}

/** Waits until everything is as it should be; what is not, in words, where that takes too long. */
async function rest(world: World): Promise<string[]> {
  let unsettled: string[] = [];
  for (let minutes = 0; minutes < REST_WITHIN_MINUTES; minutes += 1) {
    await passTime(world.clock, MINUTE_MS);
    unsettled = await findUnsettled(world);
    if (unsettled.length === 0) return [];
  }
  return unsettled;
}
