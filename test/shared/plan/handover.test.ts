import { describe, expect, it } from 'vitest';
import type { Observed, TargetGroupTuple } from '../../../shared/model/model';
import type { Change } from '../../../shared/plan/change';
import { makePlan } from '../../../shared/plan/make-plan';
import { applyToObserved } from './apply-to-observed';
import { aBinding, aContext, aListener, aLoadBalancer, aModel, aSecurityGroup, aTargetGroup, owning } from './models';

const group = (port: number, weight?: number): TargetGroupTuple => ({ targetGroupARN: { ref: `target-group/default/web:${port}`, attribute: 'arn' }, ...(weight === undefined ? {} : { weight }) });
const forwarding = (...targetGroups: TargetGroupTuple[]) => ({ defaultActions: [{ type: 'forward', forwardConfig: { targetGroups } }] });

/** A listener on 80 that forwards to target groups of several ports, of the target type. */
function aModelOf(targetType: 'ip' | 'instance', tuples: readonly TargetGroupTuple[] = [group(80)], ports: readonly number[] = [80]) {
  const parts = ports.flatMap((port) => [aTargetGroup(port, { targetType, name: `k8s-default-web-${targetType}${port}` }), aBinding(port, `k8s-default-web-${targetType}${port}`)]);
  return aModel([aSecurityGroup(), aLoadBalancer(), ...parts, aListener(80, forwarding(...tuples))]);
}

const built = (model: Parameters<typeof makePlan>[0]) => applyToObserved(makePlan(model, [], aContext()), []);
const arnOf = (observed: readonly Observed[], port: number) => observed.find(({ id }) => id === `target-group/default/web:${port}`)?.physicalId;

function listenerChange(changes: readonly Change[]) {
  const update = changes.find((change) => change.action === 'update' && change.id === 'listener/80');
  const difference = update?.action === 'update' ? update.differences[0] : undefined;
  return difference?.kind === 'listener' ? { to: difference.to.defaultActions[0]?.forwardConfig?.targetGroups, meanwhile: difference.meanwhile?.[0]?.forwardConfig?.targetGroups } : undefined;
}

describe('a listener whose target group gets a successor', () => {
  it('forwards to the old one, and to the new one with weight 0, until that is healthy', () => {
    const before = built(aModelOf('ip'));
    const { changes } = makePlan(aModelOf('instance'), before, owning(before));
    expect(listenerChange(changes)).toEqual({ to: [group(80)], meanwhile: [{ targetGroupARN: arnOf(before, 80), weight: 1 }, group(80, 0)] });
  });

  it('keeps the weights that it has in the meantime', () => {
    const tuples = [group(80, 90), group(81, 10)];
    const before = built(aModelOf('ip', tuples, [80, 81]));
    const { changes } = makePlan(aModelOf('instance', tuples, [80, 81]), before, owning(before));
    expect(listenerChange(changes)?.meanwhile).toEqual([{ targetGroupARN: arnOf(before, 80), weight: 90 }, { targetGroupARN: arnOf(before, 81), weight: 10 }, group(80, 0), group(81, 0)]);
  });

  it('takes along what else is to stand behind it: without a listener that would never be found healthy', () => {
    const before = built(aModelOf('ip', [group(80)], [80, 81]));
    const { changes } = makePlan(aModelOf('instance', [group(80, 90), group(82, 10)], [80, 81, 82]), before, owning(before));
    expect(listenerChange(changes)?.meanwhile).toEqual([{ targetGroupARN: arnOf(before, 80), weight: 1 }, group(80, 0), group(82, 0)]);
  });

  it('moves at once where an action would get too long', () => {
    const ports = [80, 81, 82];
    const tuples = ports.map((port) => group(port, 1));
    const before = built(aModelOf('ip', tuples, ports));
    expect(listenerChange(makePlan(aModelOf('instance', tuples, ports), before, owning(before)).changes)).toEqual({ to: tuples, meanwhile: undefined });
  });

  it('moves at once where its own protocol changes: the clients change, too', () => {
    const before = built(aModelOf('ip'));
    const udp = aModel([aSecurityGroup(), aLoadBalancer(), aTargetGroup(80, { protocol: 'UDP', name: 'k8s-default-web-udp' }), aListener(80, { protocol: 'UDP' })]);
    expect(listenerChange(makePlan(udp, before, owning(before)).changes)).toEqual({ to: [group(80)], meanwhile: undefined });
  });

  it('only changes weights at once', () => {
    const before = built(aModelOf('ip', [group(80, 90), group(81, 10)], [80, 81]));
    const after = aModelOf('ip', [group(80, 0), group(81, 100)], [80, 81]);
    expect(listenerChange(makePlan(after, before, owning(before)).changes)?.meanwhile).toBeUndefined();
  });

  it('goes on waiting in the next pass, and goes back at once where the change is taken back', () => {
    const before = built(aModelOf('ip'));
    const between = applyToObserved(makePlan(aModelOf('instance'), before, owning(before)), before, { late: false });
    expect(listenerChange(makePlan(aModelOf('instance'), between, owning(between)).changes)?.meanwhile).toHaveLength(2);
    expect(listenerChange(makePlan(aModelOf('ip'), between, owning(between)).changes)).toEqual({ to: [group(80)], meanwhile: undefined });
  });
});
