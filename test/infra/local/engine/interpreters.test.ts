import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATES, type StateName } from '../../../../shared/contract/steps';
import { pathOf, playDriven, playLibrary, type Options, type Script } from './scripted-run';

const CREATE = 'CreateLoadBalancer MoreToCreate RegisterTargets AddSecurityGroupRules ReportStatus WorthWaiting WaitForHealthy CollectGarbage ReleaseLease DirtyMeanwhile Done';
const PLAN = 'Begin AcquireLease ResolveSubnets ChangedSinceLastPass MakePlan WhatToDo';

const scenarios: [string, Script, string, Options?][] = [
  ['creates', {}, `${PLAN} ${CREATE}`],
  ['enters CreateLoadBalancer again while there is more', { CreateLoadBalancer: [{ more: true }, { more: true }, { more: false }] }, `${PLAN} CreateLoadBalancer MoreToCreate CreateLoadBalancer MoreToCreate ${CREATE}`],
  ['ends the pass where nothing changed', { ResolveSubnets: [{ outcome: 'unchanged' }] }, 'Begin AcquireLease ResolveSubnets ChangedSinceLastPass ReleaseLease DirtyMeanwhile Done'],
  ['looks at targets although the plan is empty', { MakePlan: [{ outcome: 'noop' }] }, `${PLAN} ${CREATE.replace('CreateLoadBalancer MoreToCreate ', '')}`],
  ['deletes in several turns', { ResolveSubnets: [{ outcome: 'absent' }], MakePlan: [{ outcome: 'delete', planId: 'p' }], DeleteLoadBalancer: ['Eventual', { more: true }, 'NotReady', { more: false }] }, `${PLAN} DeleteLoadBalancer(2) MoreToDelete DeleteLoadBalancer(2) MoreToDelete ReleaseLease DirtyMeanwhile Done`],
  ['tells what is blocked and waits for nothing', { MakePlan: [{ outcome: 'blocked' }] }, `${PLAN} ReportStatus WorthWaiting ReleaseLease DirtyMeanwhile Done`],
  ['tells what only the user can mend', { MakePlan: ['UserConfig'] }, `Begin AcquireLease ResolveSubnets ChangedSinceLastPass MakePlan ReportStatus WorthWaiting ReleaseLease DirtyMeanwhile Done`],
  ['tells a limit that AWS answers while creating', { CreateLoadBalancer: ['Quota'] }, `${PLAN} CreateLoadBalancer ReportStatus WorthWaiting ReleaseLease DirtyMeanwhile Done`],
  ['polls for health', { WaitForHealthy: ['NotReady', 'NotReady', 'NotReady', { health: 'healthy' }] }, `${PLAN} ${CREATE.replace('WaitForHealthy', 'WaitForHealthy(4)')}`],
  ['starts again when the key became dirty', { CreateLoadBalancer: ['Dirty', { more: false }] }, `${PLAN} CreateLoadBalancer ${PLAN.replace('Begin ', '')} ${CREATE}`],
  ['makes another pass when the lease could not be released', { ReleaseLease: [{ outcome: 'again' }, { outcome: 'released' }] }, `${PLAN} ${CREATE.replace(' Done', '')} ${PLAN.replace('Begin ', '')} ${CREATE}`],
  ['forgets the error of an earlier pass', { MakePlan: ['UserConfig', { outcome: 'apply', planId: 'p2' }], ReleaseLease: [{ outcome: 'again' }, { outcome: 'released' }] }, `Begin AcquireLease ResolveSubnets ChangedSinceLastPass MakePlan ReportStatus WorthWaiting ReleaseLease DirtyMeanwhile ${PLAN.replace('Begin ', '')} ${CREATE}`],
  ['stands back where another run has the key', { AcquireLease: ['Superseded'] }, 'Begin AcquireLease Superseded'],
  ['stands back where the lease was lost', { WaitForHealthy: ['LeaseLost'] }, `${PLAN} CreateLoadBalancer MoreToCreate RegisterTargets AddSecurityGroupRules ReportStatus WorthWaiting WaitForHealthy Superseded`],
  ['fails at once where permission is missing', { CreateLoadBalancer: ['Denied'] }, `${PLAN} CreateLoadBalancer`],
  ['fails at once on what nobody knows', { MakePlan: ['TypeError'] }, 'Begin AcquireLease ResolveSubnets ChangedSinceLastPass MakePlan'],
  ['fails when its patience ends', { RegisterTargets: ['NotReady'] }, `${PLAN} CreateLoadBalancer MoreToCreate RegisterTargets(201)`],
  ['retries a platform error eight times', { MakePlan: ['Lambda.Unknown'] }, 'Begin AcquireLease ResolveSubnets ChangedSinceLastPass MakePlan(9)'],
  ['counts the attempts of each kind of error apart', { MakePlan: ['Transient', 'Throttled', 'Transient', 'Eventual', { outcome: 'noop' }] }, `${PLAN.replace('MakePlan', 'MakePlan(5)')} ${CREATE.replace('CreateLoadBalancer MoreToCreate ', '')}`],
  ['takes a Task that does not answer for a time-out', { ReportStatus: ['hang', {}] }, `${PLAN} ${CREATE.replace('ReportStatus', 'ReportStatus(2)')}`],
  ['fails on an answer that no choice fits', { MakePlan: [{ outcome: 'dance' }] }, PLAN],
  ['never catches an answer that is too large', { MakePlan: ['States.DataLimitExceeded'] }, 'Begin AcquireLease ResolveSubnets ChangedSinceLastPass MakePlan'],
  [
    'goes on in the middle on a redrive',
    {},
    'WaitForHealthy CollectGarbage ReleaseLease DirtyMeanwhile Done',
    { from: { state: 'WaitForHealthy', input: { v: 1, key: 'svc#prod#default/web', gen: 3, lease: { fence: 1, runGen: 3, pass: 1 }, network: { outcome: 'resolved' }, plan: { outcome: 'apply', planId: 'p1' }, work: null, health: null, garbage: null, error: null }, isAgain: true } },
  ],
];

describe.each([
  ['driven', playDriven],
  ['library', playLibrary],
])('the workflow by the %s interpreter', (_, play) => {
  it.each(scenarios)('%s', async (__, script, path, options) => {
    expect(pathOf(await play(script, options))).toBe(path);
  });
});

describe('both interpreters', () => {
  it.each(scenarios)('say the same when the workflow %s', async (_, script, __, options) => {
    const { trace, outcome } = await playDriven(script, options);
    const byLibrary = await playLibrary(script, options);
    expect(byLibrary.trace).toEqual(trace);
    expect('output' in outcome ? outcome.output : outcome.failure.error).toEqual('output' in byLibrary.outcome ? byLibrary.outcome.output : byLibrary.outcome.failure.error);
  });

  it('say the same about any script', async () => {
    const errors = ['Throttled', 'Transient', 'Eventual', 'NotReady', 'Conflict', 'Dirty', 'PlanStale', 'Superseded', 'LeaseLost', 'UserConfig', 'Quota', 'Denied', 'Lambda.Unknown', 'Error'];
    const outputs: Partial<Record<StateName, object[]>> = {
      ResolveSubnets: ['unchanged', 'resolved', 'absent'].map((outcome) => ({ outcome })),
      MakePlan: ['noop', 'apply', 'delete', 'blocked'].map((outcome) => ({ outcome })),
      CreateLoadBalancer: [{ more: true }, { more: false }],
      DeleteLoadBalancer: [{ more: true }, { more: false }],
      ReleaseLease: [{ outcome: 'again' }, { outcome: 'released' }],
    };
    const last: Partial<Record<StateName, object>> = { CreateLoadBalancer: { more: false }, DeleteLoadBalancer: { more: false }, ReleaseLease: { outcome: 'released' }, AcquireLease: { fence: 2, runGen: 4, pass: 2 }, WaitForHealthy: { health: 'healthy' } };
    const scriptOf = (state: StateName) =>
      fc
        .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom<string | object>(...errors) }, { weight: 4, arbitrary: fc.constantFrom<string | object>(...(outputs[state] ?? [{}])) }), { maxLength: 4 })
        .map((entries) => [...entries.filter((entry) => state !== 'AcquireLease' || typeof entry === 'string'), last[state] ?? outputs[state]?.[1] ?? {}]);
    const scripts = fc.record(Object.fromEntries(STATES.map((state) => [state, scriptOf(state)])));
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const [{ trace }, byLibrary] = await Promise.all([playDriven(script), playLibrary(script)]);
        expect(byLibrary.trace).toEqual(trace);
      }),
      { numRuns: 40 },
    );
  });
});

describe('delays', () => {
  it('keep the pace of a poll, and draw from a growing range with jitter', async () => {
    expect((await playDriven({ WaitForHealthy: ['NotReady', 'NotReady', 'NotReady', { health: 'healthy' }] })).elapsedMs).toBe(30_000);
    const { elapsedMs } = await playDriven({ MakePlan: ['Throttled', 'Throttled', 'Throttled', { outcome: 'blocked' }] });
    expect(elapsedMs).toBeGreaterThan(0);
    expect(elapsedMs).toBeLessThan(14_000);
  });
});
