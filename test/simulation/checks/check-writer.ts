import type { StartedCall } from '../../../infra/local/aws/answer-call';
import type { LeaseToken } from '../../../shared/contract/steps';
import type { Invocation } from '../world/invocations';
import { CLUSTER, type World } from '../world/open-world';
import { bindings } from './cluster-view';
import type { Violated } from './check-account';

interface Written {
  readonly call: StartedCall;
  readonly by: Invocation;
  readonly violated: Violated;
}

/** Whoever writes to AWS holds the key under which that is written, by owner and fence. */
export async function checkWriter(world: World, { call, by, violated }: Written): Promise<void> {
  const { key, owner, lease } = (by.event ?? {}) as { key?: string; owner?: string; lease?: LeaseToken };
  if (key !== undefined && lease !== undefined) {
    const state = await world.store.leases.read(key);
    if (state?.owner === owner && state?.fence === lease.fence) return;
    // What a caller sent before it gave up may take effect a moment after its work was finished by another try, as long as nobody else has come.
    if ((by.settled || by.dead) && state?.owner === undefined && state?.fence === lease.fence) return;
    violated('two writers', `${by.functionName} wrote ${call.action} under ${key} with fence ${lease.fence}, while the key has fence ${state?.fence ?? 0} and ${state?.owner === undefined ? 'no owner' : state.owner === owner ? 'the same owner' : 'another owner'}`);
    return;
  }
  const targetKey = keyOf(world, call);
  if (targetKey === undefined || by.functionName !== 'sync-targets') return;
  const held = by.held.get(targetKey);
  const state = await world.store.leases.read(targetKey);
  if (held === undefined) violated('two writers', `${by.functionName} wrote ${call.action} under ${targetKey}, which it has not taken`);
  else if (state?.fence !== held) violated('two writers', `${by.functionName} wrote ${call.action} under ${targetKey} with fence ${held}, while the key has fence ${state?.fence ?? 0}`);
}

/** The key of the target lane under which something is written; undefined where nobody can tell any more. */
function keyOf(world: World, { action, input }: StartedCall): string | undefined {
  const { TargetGroupArn, GroupId } = (input ?? {}) as { TargetGroupArn?: string; GroupId?: string };
  if (action === 'RegisterTargets' || action === 'DeregisterTargets') {
    const binding = bindings(world).find(({ spec }) => spec.targetGroupARN === TargetGroupArn);
    return binding && `tg#${CLUSTER}#${binding.metadata.namespace}/${binding.metadata.name}`;
  }
  if (action.endsWith('SecurityGroupIngress')) return `sg#${GroupId}`;
  return undefined;
}
