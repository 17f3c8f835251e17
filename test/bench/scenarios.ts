import { join } from 'node:path';
import { readVector } from '../../infra/cli/vectors/read-vector';
import type { ImportedObject } from '../../infra/local/cluster/import-objects';
import { AdoptionVector, replayAdoption } from '../../infra/local/replay';
import { CLUSTER, openSmallWorld } from '../../infra/local/small-world';
import { keyOf } from '../../infra/cli/approve-plan';
import { BUDGETS, type Budget } from './budgets';
import { countCalls } from './call-counts';
import { createFigure, LBC, type LbcFigure, passFigure } from './lbc-figures';
import { type Measure, ServiceLife } from './service-life';
import { createWatch } from './watch';

/** One scenario as it was measured. */
export interface Scenario extends Measure {
  readonly name: string;
  readonly ports: number;
  readonly budget: Budget;
  readonly lbc?: LbcFigure;
}

type Plan = Pick<Scenario, 'name' | 'budget'> & { readonly lbc?: LbcFigure };

const KEY = `svc#${CLUSTER}#default/web`;
/** The last comparison with AWS counts for 10 minutes. */
const OVERDUE_MIN = 11;
const SERVICES_AT_RESTART = 10;
const SETTLED_MS = 10 * 60_000;

/** A Service with one port and three pods, from its first day to its last. */
export async function lifeOfOnePort(): Promise<Scenario[]> {
  const life = await ServiceLife.open();
  const measured: Scenario[] = [];
  const measure = recorder({ life, ports: 1, measured });
  await measure({ name: 'create', budget: BUDGETS.create(1), lbc: createFigure(1) }, () => life.createService({ ports: 1 }));
  await measure({ name: 'an event that changes nothing', budget: BUDGETS.nothing, lbc: passFigure(1) }, () => life.patchService({ annotations: { 'example.com/note': 'a' } }));
  await measure({ name: 'a label changes', budget: BUDGETS.nothing, lbc: LBC.labelChange }, () => life.patchService({ labels: { team: 'a' } }));
  life.wait(OVERDUE_MIN);
  await measure({ name: 'full drift check', budget: BUDGETS.driftCheck(1), lbc: passFigure(1) }, () => life.wake(KEY));
  await measure({ name: 'one load balancer attribute', budget: BUDGETS.oneAttribute(1), lbc: { ...LBC.oneAttribute, note: "that of a target group's attribute" } }, () => life.annotate(CROSS_ZONE));
  await measure({ name: 'one target group attribute', budget: BUDGETS.oneAttribute(1), lbc: LBC.oneAttribute }, () => life.annotate(DELAY));
  await measure({ name: 'scale 3 to 4', budget: BUDGETS.scale(1), lbc: LBC.scaleUp }, () => life.scale(4), async () => (await life.readyPods()) === 4);
  await measure({ name: 'scale 4 to 3', budget: BUDGETS.scale(1), lbc: LBC.scaleDown }, () => life.scale(3), async () => (await life.pods()).length === 3);
  await measure({ name: 'rolling replacement of 3 pods, readiness gates', budget: BUDGETS.rolling, lbc: LBC.rolling }, () => life.replacePodsWithGates(), () => life.isReplaced(3));
  await measure({ name: 'delete, interfaces linger', budget: BUDGETS.delete(1), lbc: LBC.delete }, () => life.deleteService(), () => life.isGone());
  await life.close();
  return measured;
}

const CROSS_ZONE = { attributes: 'load_balancing.cross_zone.enabled=true' };
const DELAY = { 'target-group-attributes': 'deregistration_delay.timeout_seconds=30' };

/** The scenarios in which the number of ports counts. */
export async function lifeOfPorts(ports: number): Promise<Scenario[]> {
  const life = await ServiceLife.open();
  const measured: Scenario[] = [];
  const measure = recorder({ life, ports, measured });
  await measure({ name: 'create', budget: BUDGETS.create(ports), lbc: createFigure(ports) }, () => life.createService({ ports }));
  await measure({ name: 'an event that changes nothing', budget: BUDGETS.nothing, lbc: passFigure(ports) }, () => life.patchService({ annotations: { 'example.com/note': 'a' } }));
  life.wait(OVERDUE_MIN);
  await measure({ name: 'full drift check', budget: BUDGETS.driftCheck(ports), lbc: passFigure(ports) }, () => life.wake(KEY));
  await measure({ name: 'one load balancer attribute', budget: BUDGETS.oneAttribute(ports) }, () => life.annotate(CROSS_ZONE));
  await measure({ name: 'scale 3 to 4', budget: BUDGETS.scale(ports) }, () => life.scale(4), async () => (await life.readyPods()) === 4);
  await measure({ name: 'delete, interfaces linger', budget: BUDGETS.delete(ports) }, () => life.deleteService(), () => life.isGone());
  await life.close();
  return measured;
}

/** The same deletion where AWS takes no time at all. */
export async function deletionAtOnce(): Promise<Scenario[]> {
  const life = await ServiceLife.open({ awsFactor: 0 });
  const measured: Scenario[] = [];
  await life.createService({ ports: 1 });
  await life.until(() => Promise.resolve(true));
  await recorder({ life, ports: 1, measured })({ name: 'delete, interfaces gone at once', budget: BUDGETS.delete(1), lbc: LBC.deleteAtOnce }, () => life.deleteService(), () => life.isGone());
  await life.close();
  return measured;
}

/** Every key of some Services is woken, as after a restart of everything: nothing is kept in a process, so nothing is read again before it is due. */
export async function restart(): Promise<Scenario[]> {
  const life = await ServiceLife.open();
  const measured: Scenario[] = [];
  for (let index = 1; index <= SERVICES_AT_RESTART; index += 1) await life.createService({ ports: 1, name: `web-${index}` });
  await life.until(() => Promise.resolve(true));
  const { listKeys } = life.world.store.leases;
  const keys = [...(await listKeys(CLUSTER)), ...(await listKeys(undefined))];
  const wakeAll = async () => {
    for (const key of keys) await life.wake(key);
  };
  // The Services were made one after the other: what has become due meanwhile is looked at first.
  await wakeAll();
  await recorder({ life, ports: 1, measured })({ name: `restart with ${SERVICES_AT_RESTART} Services, all ${keys.length} keys woken`, budget: BUDGETS.nothing, lbc: LBC.restart }, wakeAll);
  await life.close();
  return measured;
}

/** The first pass over an account that LBC built: one port, as its calls were recorded. */
export async function adoption(): Promise<Scenario[]> {
  const watch = createWatch();
  const vector = readVector(join(import.meta.dirname, '../vectors/adoption/service/basics--ip-targets.yaml'));
  const world = await openSmallWorld({
    ...watch,
    environment: vector.environment,
    objects: [],
    async before({ account, place, clock }) {
      const settle = () => Promise.resolve(clock.advance(SETTLED_MS));
      const { kubernetes } = await replayAdoption({ account, place, vector: AdoptionVector.parse(vector.document), settle });
      await settle();
      return [...(vector.objects as unknown as ImportedObject[]).filter(({ kind }) => kind !== vector.subject.kind), ...(kubernetes as ImportedObject[])];
    },
  });
  watch.follow(world.account.aws.log);
  world.cluster.calls.clear();
  const from = world.clock.now();
  const { failure } = await world.runner.run(keyOf({ namespace: vector.subject.namespace ?? 'default', name: vector.subject.name ?? '' }));
  if (failure) throw new Error(`taking over: ${failure.error}: ${failure.cause}`);
  const steps = watch.take();
  const kubernetes = world.cluster.calls.all().length;
  await world.close();
  return [{ name: "take over LBC's account, first pass", ports: 1, budget: BUDGETS.adoption, lbc: LBC.adoption, counts: countCalls(steps), steps, kubernetes, seconds: Math.round((world.clock.now() - from) / 1000) }];
}

interface Recorder {
  readonly life: ServiceLife;
  readonly ports: number;
  readonly measured: Scenario[];
}

function recorder({ life, ports, measured }: Recorder) {
  return async (plan: Plan, ...act: Parameters<ServiceLife['measure']>): Promise<void> => {
    measured.push({ ...plan, ports, ...(await life.measure(...act)) });
  };
}
