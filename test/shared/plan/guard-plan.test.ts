import { describe, expect, it } from 'vitest';
import { PlanStaleError } from '../../../shared/contract/errors';
import { parsePlan, planHash } from '../../../shared/plan/format-plan';
import { countedDeletions } from '../../../shared/plan/counted-deletions';
import { guardPlan, type PlanLimits } from '../../../shared/plan/guard-plan';
import { makePlan } from '../../../shared/plan/make-plan';
import { applyToObserved } from './apply-to-observed';
import { aBinding, aContext, aListener, aLoadBalancer, aModel, aSecurityGroup, aTargetGroup, owning } from './models';

const ports = [80, 443, 8080].flatMap((port) => [aTargetGroup(port), aListener(port), aBinding(port)]);
const full = aModel([aSecurityGroup(), aLoadBalancer(), ...ports]);
const observed = applyToObserved(makePlan(full, [], aContext()), []);
const limits = { context: owning(observed), observed, maxDeletes: 10, recentDeletes: 0 };

describe('guardPlan', () => {
  it('lets a deletion of all that is ours through', () => {
    const plan = makePlan(aModel([]), observed, limits.context);
    expect(guardPlan(plan, { ...limits, whole: true })).toEqual({ plan, proposed: plan, hash: planHash(plan), blocked: false, approved: false, refusals: [] });
  });

  it('drops the deletion of what lost our tags, and says so', () => {
    const stripped = observed.map((resource) => (resource.type === 'security-group' ? { ...resource, observedTags: {} } : resource));
    const guarded = guardPlan(makePlan(aModel([]), stripped, limits.context), { ...limits, observed: stripped });
    expect(guarded.refusals.map(({ code }) => code)).toEqual(['PlanNotOwned']);
    expect(guarded.plan.changes.map((change) => ('type' in change ? change.type : ''))).not.toContain('security-group');
    expect(guarded.blocked).toBe(false);
  });

  it('blocks more deletions than the limit, a load balancer with all its target groups being one', () => {
    const all = makePlan(aModel([]), observed, limits.context);
    expect(guardPlan(all, { ...limits, maxDeletes: 1 }).blocked).toBe(false);
    expect(guardPlan(all, { ...limits, maxDeletes: 1, recentDeletes: 1 })).toMatchObject({ blocked: true, plan: { changes: [] }, refusals: [{ code: 'PlanTooManyDeletions' }] });
    const fewer = makePlan(aModel([aSecurityGroup(), aLoadBalancer()]), observed, limits.context);
    expect([2, 3].map((maxDeletes) => guardPlan(fewer, { ...limits, maxDeletes }).blocked)).toEqual([true, false]);
  });

  it.each([
    ['room for all', { maxDeletes: 3, recentDeletes: 0 }, false],
    ['room for some', { maxDeletes: 3, recentDeletes: 1 }, true],
    ['no room, but let through before', { maxDeletes: 3, recentDeletes: 3, underWay: true }, false],
    ['no room, but approved', { maxDeletes: 3, recentDeletes: 3, approve: true }, false],
    ['no room, approved in another form', { maxDeletes: 3, recentDeletes: 3, approvedHash: '0123456789abcdef' }, true],
  ])('judges the deletion of three target groups of a load balancer that stays, with %s', (_, { approve = false, ...given }: Partial<PlanLimits> & { approve?: boolean }, blocked) => {
    const plan = makePlan(aModel([aSecurityGroup(), aLoadBalancer()]), observed, limits.context);
    expect(guardPlan(plan, { ...limits, ...given, ...(approve ? { approvedHash: planHash(plan) } : {}) }).blocked).toBe(blocked);
  });

  it('says how many there were, whether to wait, and how to approve that very plan', () => {
    const plan = makePlan(aModel([aSecurityGroup(), aLoadBalancer()]), observed, limits.context);
    const says = (given: Partial<PlanLimits>) => guardPlan(plan, { ...limits, ...given }).refusals[0]?.message ?? '';
    expect(says({ maxDeletes: 4, recentDeletes: 2 })).toContain('this plan has 3, after 2 others. It is tried again by itself');
    expect(says({ maxDeletes: 2 })).not.toContain('by itself');
    expect(says({ maxDeletes: 2 })).toContain(`stepbalancer.io/approve-plan: ${planHash(plan)}`);
  });

  it('waits where all is to go and the load balancer has lost our tags: AWS would refuse the rest', () => {
    // Where all goes, listeners are not read.
    const stripped = observed.filter(({ type }) => type !== 'listener').map((resource) => (resource.type === 'load-balancer' ? { ...resource, observedTags: {} } : resource));
    const guarded = guardPlan(makePlan(aModel([]), stripped, limits.context), { ...limits, observed: stripped, whole: true });
    expect(guarded).toMatchObject({ blocked: true, plan: { changes: [] } });
    expect(guarded.refusals.map(({ code }) => code)).toEqual(['PlanNotOwned', 'PlanNotOwned']);
  });

  it('blocks a plan that takes a target group from under a listener that stays, or the binding from a target group that stays', () => {
    const all = makePlan(aModel([]), observed, limits.context);
    const only = (type: string) => ({ ...all, changes: all.changes.filter((change) => change.action === 'delete' && change.type === type).slice(0, 1) });
    expect(guardPlan(only('target-group'), limits)).toMatchObject({ blocked: true, refusals: [{ code: 'PlanEmptiesTargetGroup' }] });
    expect(guardPlan(only('target-group-binding'), limits)).toMatchObject({ blocked: true, refusals: [{ code: 'PlanEmptiesTargetGroup' }] });
    expect(guardPlan(only('target-group'), { ...limits, approvedHash: planHash(only('target-group')) }).blocked).toBe(false);
    expect(guardPlan(all, { ...limits, whole: true }).blocked).toBe(false);
  });

  it('counts what an interrupted deletion has left as one, whatever it is', () => {
    const left = observed.filter(({ type }) => type !== 'load-balancer' && type !== 'listener');
    const plan = makePlan(aModel([]), left, limits.context);
    expect([true, false].map((whole) => countedDeletions(plan, { whole }).length)).toEqual([1, 3]);
  });

  it('blocks the replacement of a load balancer until that very plan is approved', () => {
    const plan = makePlan(aModel([aSecurityGroup(), aLoadBalancer({ scheme: 'internet-facing', name: 'other' }), ...ports]), observed, limits.context);
    const guarded = guardPlan(plan, limits);
    expect(guarded).toMatchObject({ blocked: true, plan: { changes: [] } });
    expect(guarded.refusals[0]?.message).toContain(`stepbalancer.io/approve-plan: ${planHash(plan)}`);
    expect(guardPlan(plan, { ...limits, approvedHash: planHash(plan) })).toMatchObject({ plan, blocked: false, approved: true, refusals: [] });
    expect(guardPlan(plan, { ...limits, approvedHash: '0123456789abcdef' }).blocked).toBe(true);
  });

  it('approves the same plan whether it was adopted meanwhile or not', () => {
    const internet = aModel([aSecurityGroup(), aLoadBalancer({ scheme: 'internet-facing' }), ...ports]);
    expect(planHash(makePlan(internet, observed, aContext()))).toBe(planHash(makePlan(internet, observed, limits.context)));
  });
});

describe('parsePlan', () => {
  it.each(['', '{}', '{"v":2,"modelId":"a/b","changes":[],"kept":{}}', '{"v":1,"modelId":"a/b","changes":[{"action":"explode"}],"kept":{}}'])('calls %j stale', (text) => {
    expect(() => parsePlan(text)).toThrow(PlanStaleError);
  });
});
