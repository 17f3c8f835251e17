import { describe, expect, it } from 'vitest';
import { PlanStaleError } from '../../../shared/contract/errors';
import { parsePlan, planHash } from '../../../shared/plan/format-plan';
import { guardPlan } from '../../../shared/plan/guard-plan';
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
    expect(guardPlan(plan, limits)).toEqual({ plan, blocked: false, refusals: [] });
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

  it('blocks the replacement of a load balancer until that very plan is approved', () => {
    const plan = makePlan(aModel([aSecurityGroup(), aLoadBalancer({ scheme: 'internet-facing', name: 'other' }), ...ports]), observed, limits.context);
    const guarded = guardPlan(plan, limits);
    expect(guarded).toMatchObject({ blocked: true, plan: { changes: [] } });
    expect(guarded.refusals[0]?.message).toContain(`stepbalancer.io/approve-plan: ${planHash(plan)}`);
    expect(guardPlan(plan, { ...limits, approvedHash: planHash(plan) })).toEqual({ plan, blocked: false, refusals: [] });
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
