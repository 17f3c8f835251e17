import { awsCode } from '../aws/errors';
import type { Elbv2, TargetDescription, TargetHealthDescription } from '../aws/elbv2';
import { QuotaError, UserConfigError } from '../contract/errors';
import type { TargetChanges } from '../desired/targets/match-targets';
import { type ObservedTarget, type Target, usesQuic } from '../desired/targets/target';

type Writes = Pick<Elbv2, 'registerTargets' | 'deregisterTargets'>;

/** The zone of a target: `all` outside the VPC, its node's zone where AWS wants one, nothing for instances and addresses inside the VPC. */
export type ZoneOf = (target: Target) => string | undefined;

/** How one target group is changed. `nodeZones` answers the zones to use when AWS refuses `all`. */
export interface ApplyTargets {
  readonly targetGroupArn: string;
  readonly changes: TargetChanges;
  readonly protocol: string | undefined;
  readonly zoneOf: ZoneOf;
  readonly nodeZones: () => Promise<ZoneOf>;
  readonly guard: () => Promise<void>;
}

/** The targets of a group as AWS reports them; undefined where the group does not exist. */
export function asObservedTargets(health: readonly TargetHealthDescription[]): ObservedTarget[] {
  return health.map(({ Target: { Id = '', Port = 0, AvailabilityZone, QuicServerId }, TargetHealth: { State = 'unavailable', Reason, Description } }) => ({
    id: Id,
    port: Port,
    state: State,
    ...(AvailabilityZone === undefined ? {} : { availabilityZone: AvailabilityZone }),
    ...(QuicServerId === undefined ? {} : { quicServerId: QuicServerId }),
    ...(Reason === undefined ? {} : { reason: Reason }),
    ...(Description === undefined ? {} : { description: Description }),
  }));
}

/**
 * Registers, then deregisters, so that a group whose targets all change is never left empty. Where a limit leaves no room for both, deregisters first.
 * Answers whether AWS wanted the zones of the nodes.
 */
export async function applyTargets(elbv2: Writes, apply: ApplyTargets): Promise<{ zonesNeeded: boolean }> {
  try {
    const registered = await register(elbv2, apply);
    await deregister(elbv2, apply);
    return registered;
  } catch (error) {
    if (!(error instanceof QuotaError) || apply.changes.deregister.length === 0) throw error;
    await deregister(elbv2, apply);
    return register(elbv2, apply);
  }
}

async function register(elbv2: Writes, { targetGroupArn, changes, protocol, zoneOf, nodeZones, guard }: ApplyTargets): Promise<{ zonesNeeded: boolean }> {
  if (changes.register.length === 0) return { zonesNeeded: false };
  const described = (zone: ZoneOf) => changes.register.map((target) => describe(target, { protocol, zone: zone(target) }));
  await guard();
  try {
    await elbv2.registerTargets(targetGroupArn, described(zoneOf));
    return { zonesNeeded: false };
  } catch (error) {
    if (!wantsZone(error)) throw error;
    const zones = await nodeZones();
    await guard();
    await elbv2.registerTargets(targetGroupArn, described((target) => zoneOf(target) && zones(target)));
    return { zonesNeeded: true };
  }
}

async function deregister(elbv2: Writes, { targetGroupArn, changes, protocol, guard }: ApplyTargets): Promise<void> {
  if (changes.deregister.length === 0) return;
  await guard();
  await elbv2.deregisterTargets(targetGroupArn, changes.deregister.map((target) => describe(target, { protocol, zone: undefined })));
}

function describe({ id, port, quicServerId }: Pick<Target, 'id' | 'port' | 'quicServerId'>, { protocol, zone }: { protocol: string | undefined; zone: string | undefined }): TargetDescription {
  const quic = usesQuic(protocol) && quicServerId !== undefined;
  return { Id: id, Port: port, ...(zone === undefined ? {} : { AvailabilityZone: zone }), ...(quic ? { QuicServerId: quicServerId } : {}) };
}

/** AWS refuses `all` for this group (AWS: RegisterTargets, where the load balancer has zones switched off). It has no code of its own. */
function wantsZone(error: unknown): boolean {
  return error instanceof UserConfigError && awsCode(error) === 'ValidationError' && error.message.includes('you must specify an Availability Zone');
}
