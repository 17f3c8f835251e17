import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultIds } from '../../infra/local/aws/default-environment';
import { RESOURCES } from '../../shared/kubernetes/cluster-client';
import { bundleProgram, type ChildSystem, startChild, temporaryFolder } from './child-system';
import { aDeployment, aService } from './manifests';
import type { View } from './view';

/**
 * The local system is killed at every write that a creation and a deletion make to ELBv2 and EC2, right before it and right after it, and started again on the same folder:
 * nobody helps it, the sweeper finishes the job. Several systems run at the same time, each kills itself at its share of the points, one after the other.
 */
const FACTOR = 0.02;
const LANES = 6;
const WRITES = { creation: 8, deletion: 5 };
const SERVICE = { name: 'web' };
const STATE_MACHINE = `arn:aws:states:${defaultIds.region}:${defaultIds.account}:stateMachine:stepbalancer-reconcile`;

interface Point {
  readonly kind: 'exit-before' | 'exit-after';
  /** Counted from the beginning of the creation or deletion. */
  readonly nth: number;
}

const points = (writes: number): Point[] => (['exit-before', 'exit-after'] as const).flatMap((kind) => Array.from({ length: writes }, (_, index) => ({ kind, nth: index + 1 })));
const [creations, deletions] = [points(WRITES.creation), points(WRITES.deletion)];
/** What one lane goes through: a creation, and then, but for the last, a deletion. */
const cycles = creations.map((creation, index) => ({ creation, deletion: deletions[index] }));
const lanes = Array.from({ length: LANES }, (_, lane) => ({ lane: lane + 1, cycles: cycles.filter((__, index) => index % LANES === lane) }));

const folder = temporaryFolder('crash');
let program: string[];
beforeAll(async () => {
  program = await bundleProgram(folder.path);
});
afterAll(() => folder.remove());

/** Lets a system die at a point of what `act` leads to, and starts it again. */
async function dieAndStart(child: ChildSystem, { point, act, path }: { point: Point; act: () => Promise<void>; path: string }): Promise<{ next: ChildSystem; end: NodeJS.Signals | null }> {
  await child.addFault({ service: ['elasticloadbalancing', 'ec2'], only: 'write', ...point });
  await act();
  const { signal } = await Promise.race([child.ended, late(`the system to kill itself at write ${point.nth} (${point.kind})`)]);
  return { next: await startChild({ folder: path, factor: FACTOR, program }), end: signal };
}

const late = (fact: string) => new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`expected ${fact} within 30 s`)), 30_000).unref());

/** How the executions that were interrupted show. */
async function interrupted({ sfn }: View) {
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: STATE_MACHINE, statusFilter: 'FAILED' }));
  const described = await Promise.all(executions.map(({ executionArn }) => sfn.describeExecution({ executionArn })));
  return described.map(({ error, redriveStatus }) => ({ error, redriveStatus }));
}

/** What there is, as numbers, so that a second one of anything is seen. */
async function inventory(view: View) {
  const account = (await view.account()) as unknown as Inventory;
  const bindings = await view.kube.list(RESOURCES.targetGroupBindings);
  const nodes = account.securityGroups.find(({ GroupId }) => GroupId === defaultIds.nodeSecurityGroup);
  return {
    loadBalancers: account.loadBalancers.length,
    listeners: account.loadBalancers.flatMap(({ listeners }) => listeners).length,
    targetGroups: account.targetGroups.length,
    targets: account.targetGroups.flatMap(({ targets }) => targets).length,
    securityGroups: account.securityGroups.length,
    rulesOnNodes: (nodes?.IpPermissions ?? []).filter(({ FromPort }) => FromPort !== undefined).length,
    interfaces: account.interfaces,
    bindings: bindings.length,
    unknown: (await view.ledger(SERVICE)).filter(({ physicalId }) => physicalId === undefined).map(({ id }) => id),
  };
}

interface Inventory {
  readonly loadBalancers: readonly { readonly listeners: readonly object[] }[];
  readonly targetGroups: readonly { readonly targets: readonly object[] }[];
  readonly securityGroups: readonly { readonly GroupId: string; readonly IpPermissions?: readonly { readonly FromPort?: number }[] }[];
  readonly interfaces: number;
}

const NOTHING = { loadBalancers: 0, listeners: 0, targetGroups: 0, targets: 0, securityGroups: 2, rulesOnNodes: 0, interfaces: 0, bindings: 0, unknown: [] };
/** One of everything, in three zones; two pods; beside the groups of VPC and nodes the Service's own security group and the shared one. */
const ALL = { loadBalancers: 1, listeners: 1, targetGroups: 1, targets: 2, securityGroups: 4, rulesOnNodes: 1, interfaces: 3, bindings: 1, unknown: [] };

/** Waits until exactly that is there, and nothing else. */
async function untilThereIs(view: View, wanted: Awaited<ReturnType<typeof inventory>>): Promise<void> {
  let seen: unknown;
  await view.until(`the account holds exactly ${JSON.stringify(wanted)}`, async () => JSON.stringify((seen = await inventory(view))) === JSON.stringify(wanted), () => seen);
}

describe.concurrent('a system that is killed', () => {
  it.each(lanes)('is finished by the sweeper, without a duplicate or an orphan: share $lane of all points', { timeout: 150_000 }, async ({ lane, cycles: own }) => {
    const path = `${folder.path}/${lane}`;
    let child = await startChild({ folder: path, factor: FACTOR, program });
    await child.view.apply([aDeployment('web')]);
    for (const { creation, deletion } of own) {
      const created = await dieAndStart(child, { point: creation, act: () => child.view.apply([aService('web')]), path });
      child = created.next;
      expect(created.end).toBe('SIGKILL');
      expect(await interrupted(child.view)).toContainEqual({ error: 'Local.Interrupted', redriveStatus: 'REDRIVABLE' });
      await child.view.settled(SERVICE, 'Healthy');
      await untilThereIs(child.view, ALL);
      if (deletion === undefined) continue;
      const { view } = child;
      const deleted = await dieAndStart(child, { point: deletion, act: () => view.remove(SERVICE), path });
      child = deleted.next;
      await child.view.settled(SERVICE, 'Deleted');
      await untilThereIs(child.view, NOTHING);
      expect(await child.view.service(SERVICE)).toBeUndefined();
    }
    await child.end('SIGKILL');
  });
});
