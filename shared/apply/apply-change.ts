import type { LedgerItem } from '../contract/items';
import { VERSION } from '../contract/events';
import { withMark } from '../model/members';
import type { Resource, ResourceId } from '../model/model';
import type { Change, Creation, Difference, Leftover } from '../plan/change';
import type { ApplyContext } from './apply-context';
import { nameOf } from '../plan/make-plan';
import { createListener, finishHandover, updateListener } from './listener';
import { createLoadBalancer, updateLoadBalancer } from './load-balancer';
import { createSecurityGroup, updateSecurityGroup } from './security-group';
import { createTargetGroup, updateTargetGroup } from './target-group';
import { deleteTargetGroupBinding, rewriteTargetGroupBinding, writeTargetGroupBinding } from './target-group-binding';

/**
 * Makes one change of a plan so. May be called again after a crash at any point: a creation is found by its intent and name, an update is
 * idempotent, a deletion of what is gone is done. Deletions that wait for a healthy successor are left to `removeLeftover`.
 */
export async function applyChange(context: ApplyContext, change: Change): Promise<void> {
  switch (change.action) {
    case 'create':
      return create(context, change);
    case 'replace':
      if (change.order === 'delete-first') await removeLeftover(context, change.old);
      return create(context, change);
    case 'update':
      for (const difference of change.differences) await update(context, change.desired, { physicalId: change.physicalId, difference });
      return undefined;
    case 'adopt':
      return context.ledger.put({ v: VERSION, id: change.id, type: change.type, phase: 'present', physicalId: change.physicalId, name: change.name, origin: 'adopted', at: context.now() });
    case 'forget':
      return context.ledger.remove(change.id);
    case 'delete':
      return change.when === 'now' ? removeLeftover(context, change) : undefined;
  }
}

/** Deletes what a plan leaves behind; the ledger forgets it, and what AWS deletes along with it, when it is gone. */
export async function removeLeftover(context: Pick<ApplyContext, 'elbv2' | 'ec2' | 'cluster' | 'ledger'>, { id, type, physicalId, takesAlong }: Leftover): Promise<void> {
  switch (type) {
    case 'target-group-binding':
      await deleteTargetGroupBinding(context, physicalId);
      break;
    case 'listener':
      await context.elbv2.deleteListener(physicalId);
      break;
    case 'load-balancer':
      await context.elbv2.deleteLoadBalancer(physicalId);
      break;
    case 'target-group':
      await context.elbv2.deleteTargetGroup(physicalId);
      break;
    case 'security-group':
      await context.ec2.deleteSecurityGroup(physicalId);
      break;
  }
  for (const gone of [...takesAlong, id]) await context.ledger.remove(gone);
}

/**
 * What AWS takes only when the load balancer is active, and what nobody is to wait for. `NotReady` while it is provisioning.
 */
export async function applyWhenActive(context: ApplyContext, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    if (change.action !== 'create' && change.action !== 'replace') continue;
    const physicalId = context.physicalIds.get(change.desired.id);
    for (const difference of change.afterwards.filter(waitsForActive)) if (physicalId) await update(context, change.desired, { physicalId, difference });
  }
}

/** Moves the traffic that waited for a successor to be healthy. */
export async function applyHandovers(context: ApplyContext, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    if (change.action !== 'update') continue;
    for (const difference of change.differences) if (difference.kind === 'listener' && difference.meanwhile) await finishHandover(context, change.physicalId, difference);
  }
}

const waitsForActive = ({ kind }: Difference) => kind === 'capacity';

/** Intent, creation, its id at once, what belongs to it, done: each step is on record before the next. */
async function create(context: ApplyContext, creation: Creation): Promise<void> {
  const { id, desired } = creation;
  const known = (await context.ledger.list()).find((item) => item.id === id);
  const item: LedgerItem = { v: VERSION, id, type: desired.type, phase: 'intent', name: nameOf(desired), origin: 'created', at: context.now() };
  const afterwards = creation.afterwards.filter((difference) => !waitsForActive(difference));
  let { physicalId, phase } = known ?? { physicalId: undefined, phase: 'intent' };
  if (physicalId === undefined) {
    await recordIntent(context, item, known);
    physicalId = await make(context, creation);
    phase = afterwards.length === 0 ? 'present' : 'intent';
    await context.ledger.put({ ...item, physicalId, phase });
  }
  context.physicalIds.set(desired.id, physicalId);
  if (phase === 'present') return;
  for (const difference of afterwards) await update(context, desired, { physicalId, difference });
  await context.ledger.put({ ...item, physicalId, phase: 'present' });
}

/** An earlier intent of another name is kept beside it, as another member of the family: its creation may have taken effect without our knowing, or may do so yet. */
async function recordIntent(context: ApplyContext, item: LedgerItem, known: LedgerItem | undefined): Promise<void> {
  if (known !== undefined && known.name === item.name) return;
  if (known?.name !== undefined) await context.ledger.put({ ...known, id: withMark(known.id as ResourceId, `~${known.name}`) });
  await context.ledger.put(item);
}

async function make(context: ApplyContext, creation: Creation): Promise<string> {
  const { desired } = creation;
  switch (desired.type) {
    case 'security-group':
      return createSecurityGroup(context, creation, desired.spec);
    case 'target-group':
      return createTargetGroup(context, creation, desired.spec);
    case 'listener':
      return createListener(context, creation, desired.spec);
    case 'target-group-binding':
      return writeTargetGroupBinding(context, desired.spec, creation.tags);
    case 'load-balancer': {
      const created = await createLoadBalancer(context, creation, desired.spec);
      await context.loadBalancerCreated({ arn: created.LoadBalancerArn, dnsName: created.DNSName ?? '' });
      return created.LoadBalancerArn;
    }
  }
}

async function update(context: ApplyContext, desired: Resource, { physicalId, difference }: { physicalId: string; difference: Difference }): Promise<void> {
  context.physicalIds.set(desired.id, physicalId);
  if (desired.type === 'security-group') await updateSecurityGroup(context, physicalId, difference);
  if (desired.type === 'target-group') await updateTargetGroup(context, physicalId, difference);
  if (desired.type === 'load-balancer') await updateLoadBalancer(context, physicalId, difference);
  if (desired.type === 'listener') await updateListener(context, physicalId, difference);
  if (desired.type === 'target-group-binding' && difference.kind === 'binding') await rewriteTargetGroupBinding(context, difference.to);
}
