import type { Desired } from '../model/members';
import type { Observed, ResourceType, SubnetMapping, TargetGroupTuple, Token } from '../model/model';
import type { Change, Difference, DifferenceKind, ListenerField, Plan } from '../plan/change';

/** Resources of a type that the plan makes, successors included, with what is done to them right after. */
export function madeOf<Type extends ResourceType>({ changes }: Plan, type: Type): { readonly desired: Desired<Type>; readonly tags: Readonly<Record<string, string>>; readonly afterwards: readonly Difference[] }[] {
  return changes.flatMap((change) => (isCreation(change) && change.desired.type === type ? [{ desired: change.desired as Desired<Type>, tags: change.tags, afterwards: change.afterwards }] : []));
}

/** Ports of the listeners that the plan deletes. */
export function portsGone({ changes }: Plan, observed: readonly Observed[]): number[] {
  const gone = new Set(changes.flatMap((change) => (change.action === 'delete' ? [change.physicalId] : change.action === 'replace' ? [change.old.physicalId] : [])));
  return observed.flatMap((resource) => (resource.type === 'listener' && gone.has(resource.physicalId) ? [resource.spec.port] : []));
}

function isCreation(change: Change): change is Extract<Change, { action: 'create' | 'replace' }> {
  return change.action === 'create' || change.action === 'replace';
}

/** Differences of one kind that the plan mends on resources of a type, each with the resource. */
export function mendedOf<Type extends ResourceType, Kind extends DifferenceKind>({ changes }: Plan, type: Type, kind: Kind): { readonly desired: Desired<Type>; readonly physicalId: string; readonly difference: Extract<Difference, { kind: Kind }> }[] {
  return changes.flatMap((change) => {
    if (change.action !== 'update' || change.desired.type !== type) return [];
    const differences = change.differences.filter((difference): difference is Extract<Difference, { kind: Kind }> => difference.kind === kind);
    return differences.map((difference) => ({ desired: change.desired as Desired<Type>, physicalId: change.physicalId, difference }));
  });
}

/** Subnets that a load balancer is to get, with its addresses there. Those that it has already keep theirs, whatever is stated. */
export function newMappings(plan: Plan): SubnetMapping[] {
  const added = mendedOf(plan, 'load-balancer', 'subnets').flatMap(({ difference: { from, to } }) => to.filter(({ subnetID }) => !from.some((mapping) => mapping.subnetID === subnetID)));
  return [...madeOf(plan, 'load-balancer').flatMap(({ desired }) => desired.spec.subnetMapping), ...added];
}

/** Security groups of users that a load balancer is to get. */
export function newGroups(plan: Plan): string[] {
  const added = mendedOf(plan, 'load-balancer', 'securityGroups').flatMap(({ difference: { from, to } }) => literals(to).filter((id) => !literals(from).includes(id)));
  return [...new Set([...madeOf(plan, 'load-balancer').flatMap(({ desired }) => literals(desired.spec.securityGroups ?? [])), ...added])];
}

function literals(tokens: readonly Token[]): string[] {
  return tokens.filter((token) => typeof token === 'string');
}

type ListenerSpec = Desired<'listener'>['spec'];

/** Listeners that are made, or changed in one of these fields. */
export function listenersWith(plan: Plan, ...fields: readonly ListenerField[]): ListenerSpec[] {
  const changed = mendedOf(plan, 'listener', 'listener').filter(({ difference }) => fields.some((field) => difference.fields.includes(field)));
  return [...madeOf(plan, 'listener').map(({ desired }) => desired.spec), ...changed.map(({ difference }) => difference.to)];
}

/** Certificates that a listener is to get. */
export function newCertificates(plan: Plan): string[] {
  const stated = listenersWith(plan, 'defaultCertificate', 'protocol').flatMap(({ certificates = [] }) => certificates.map(({ certificateARN }) => certificateARN));
  return [...new Set([...stated, ...mendedOf(plan, 'listener', 'certificates').flatMap(({ difference }) => difference.add)])];
}

/** How many different certificates besides their default ones the listeners have that are made or get others. */
export function furtherCertificates(plan: Plan): number {
  const specs = [...madeOf(plan, 'listener'), ...mendedOf(plan, 'listener', 'certificates')].map(({ desired }) => desired.spec);
  return new Set(specs.flatMap(({ certificates = [] }) => certificates.slice(1).map(({ certificateARN }) => certificateARN))).size;
}

/** Security policies that a listener is to get; an empty one leaves the choice to AWS. */
export function newPolicies(plan: Plan): string[] {
  return [...new Set(listenersWith(plan, 'sslPolicy', 'protocol').flatMap(({ sslPolicy }) => (sslPolicy ? [sslPolicy] : [])))];
}

/** Whom a listener is to forward to. */
export function newActions(plan: Plan): { readonly listener: ListenerSpec; readonly groups: readonly TargetGroupTuple[] }[] {
  return listenersWith(plan, 'defaultActions', 'protocol').map((listener) => ({ listener, groups: listener.defaultActions.flatMap(({ forwardConfig }) => forwardConfig?.targetGroups ?? []) }));
}
