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
  /** Targets that stay, neither registered nor deregistered now. */
  readonly remaining: number;
  readonly zones: () => Promise<ZoneOf>;
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
 * Registers, then deregisters, so that a group whose targets all change is never left empty. Where a limit leaves no room for both, deregisters first; where registering
 * fails otherwise, what is to go goes all the same, unless nothing would be left. Answers whether AWS wanted the zones of the nodes.
 */
export async function applyTargets(elbv2: Writes, apply: ApplyTargets): Promise<{ zonesNeeded: boolean }> {
  const registered = await settle(register(elbv2, apply));
  const full = 'error' in registered && registered.error instanceof QuotaError;
  if (!('error' in registered) || full || apply.remaining > 0) await deregister(elbv2, apply);
  const again = full && apply.changes.deregister.length > 0 ? await settle(register(elbv2, apply)) : registered;
  if ('error' in again) throw again.error instanceof QuotaError ? tooMany(again.error, apply) : again.error;
  return again.value;
}

/** In words for the one who runs the pods. */
function tooMany(cause: QuotaError, { targetGroupArn, changes, remaining }: ApplyTargets): QuotaError {
  const name = targetGroupArn.split('/')[1] ?? targetGroupArn;
  const message =
    `Expected room for ${changes.register.length} more targets in target group ${name}, which has ${remaining}, found a quota of AWS reached (${awsCode(cause) ?? 'no code'}). Those that are registered stay and serve. ` +
    'Have the quota raised (Service Quotas, Elastic Load Balancing: "Targets per Target Group per Region", and for load balancers "Targets per Network Load Balancer"), or run fewer pods; it is tried again within 15 minutes, and when pods change';
  return new QuotaError(message, { cause, details: { ...cause.details, code: 'TargetQuota' } });
}

async function settle<Value>(promise: Promise<Value>): Promise<{ value: Value } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

async function register(elbv2: Writes, { targetGroupArn, changes, protocol, zones, nodeZones, guard }: ApplyTargets): Promise<{ zonesNeeded: boolean }> {
  if (changes.register.length === 0) return { zonesNeeded: false };
  const zoneOf = await zones();
  const described = (zone: ZoneOf) => changes.register.map((target) => describe(target, { protocol, zone: zone(target) }));
  await guard();
  try {
    await elbv2.registerTargets(targetGroupArn, described(zoneOf));
    return { zonesNeeded: false };
  } catch (error) {
    if (!wantsZone(error)) throw error;
    const known = await nodeZones();
    await guard();
    await elbv2.registerTargets(targetGroupArn, described((target) => zoneOf(target) && known(target)));
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
