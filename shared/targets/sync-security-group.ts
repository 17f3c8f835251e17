import { awsCode } from '../aws/errors';
import { ConflictError, EventualError, QuotaError } from '../contract/errors';
import type { ClusterItem, ContributedRule, ContributionItem, StateItem } from '../contract/items';
import { VERSION } from '../contract/events';
import { formatKey } from '../contract/keys';
import { READ_LAG_MS } from '../contract/read-lag';
import { durationMs } from '../contract/settings';
import { aggregateRules } from '../desired/targets/aggregate-rules';
import { type ObservedRule, carriesLabel, observedText, planRules } from '../desired/targets/plan-rules';
import { digest } from './digest';
import { type RevokeRights, readRevokeRights } from './revoke-rights';
import type { PassResult, TargetPass } from './run-target-key';
import { type KnownRule, asPermissions, readRules } from './security-group-rules';
import type { TargetLaneDeps } from './target-lane';
import { wakeTargets } from './wake-targets';

const LEDGER_ID = 'rules';
const WITHOUT_CLUSTER_DRIFT_MS = 600_000;
const MISSING = new Set(['InvalidGroup.NotFound', 'InvalidGroupId.NotFound']);
const MISSING_MS = 10_000;
const POSTPONED_MS = 60_000; // a revocation that waits for a cluster's first resync, or for a read that shows what was written

/**
 * One pass over one node or pod security group: the sum of what all bindings of all clusters need, authorised first; what nobody needs any more is
 * revoked when its successor was read back, and only if it is ours. One read where nothing is to be revoked.
 */
export async function syncSecurityGroup(groupId: string, pass: TargetPass, deps: TargetLaneDeps): Promise<PassResult> {
  const clusters = await deps.store.clusters.list();
  const contributions = await liveContributions(groupId, clusters, deps);
  const desired = aggregateRules(contributions);
  const wish = digest({ desired, clusters: clusters.map(({ id, mode, lastResyncAt }) => [id, mode, lastResyncAt !== undefined]) });
  if (isAnswered(pass, { wish, clusters, deps })) return { patch: {}, done: { outcome: 'unchanged' } };
  const observed = await readRules(deps.ec2, groupId);
  const ours = await ownRules(pass, observed, deps);
  const everything = { groupId, pass, desired, observed, ours, rights: { revoke: true, adopt: true } };
  const strangers = unwanted(everything).some(({ id }) => !ours.has(id));
  const state: GroupState = { ...everything, rights: await readRevokeRights({ groupId, contributions, clusters, strangers }, deps) };
  const authorized = await authorize(state, deps).catch(unlessMissing);
  if (!authorized) return { patch: { phase: 'Degraded', inputsHash: null, nextAttemptAt: deps.now() + MISSING_MS * deps.factor }, done: { outcome: 'a group does not exist', rules: desired.length } };
  const revoked = await revoke(authorized, deps);
  await wakeBackendGroups(revoked, clusters, deps);
  // While nothing may be revoked, what another controller made waits as well: nobody tells this key that the first resync is done.
  const waiting = unwanted({ ...authorized, rights: state.rights.revoke ? state.rights : everything.rights });
  const postponed = waiting.filter(({ id }) => !revoked.some((rule) => rule.id === id)).length;
  const stale = isStale(authorized.observed === observed ? state : authorized);
  // What is postponed, or was hidden by an old answer, is not answered yet: the next look asks again.
  const again = postponed > 0 || stale;
  return {
    patch: { phase: contributions.length === 0 ? 'Deleted' : 'Healthy', inputsHash: again ? null : wish, driftCheckedAt: deps.now(), nextAttemptAt: again ? deps.now() + POSTPONED_MS * deps.factor : null },
    done: { outcome: 'synced', rules: desired.length, authorized: authorized.authorized, revoked: revoked.length, postponed, stale },
  };
}

/** Ids of the rules that we made. One that AWS does not show though it was made long ago is gone: somebody revoked it. */
async function ownRules({ holder }: TargetPass, observed: readonly KnownRule[], { store, now, factor }: TargetLaneDeps): Promise<Set<string>> {
  const entries = await store.ledger.list(holder.key);
  const shown = new Set(observed.map(({ id }) => id));
  return new Set(entries.flatMap(({ ruleIds = [], at }) => ruleIds.filter((id) => shown.has(id) || now() - at < READ_LAG_MS * factor)));
}

/** Whether an answer is older than a rule of ours: what else it does not show may be there as well. */
function isStale({ ours, observed }: Pick<GroupState, 'ours' | 'observed'>): boolean {
  const shown = new Set(observed.map(({ id }) => id));
  return [...ours].some((id) => !shown.has(id));
}

/** The group itself, or a source, was made a moment ago or is gone: soon tried again under this key, without holding up the queue. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof EventualError && MISSING.has(awsCode(error) ?? '')) return undefined;
  throw error;
}

interface GroupState {
  readonly groupId: string;
  readonly pass: TargetPass;
  readonly desired: readonly ContributedRule[];
  readonly observed: readonly KnownRule[];
  /** Ids of rules that we made. */
  readonly ours: ReadonlySet<string>;
  readonly rights: RevokeRights;
}

/**
 * Contributions of bindings that are gone, or of clusters that nobody registers any more, no longer count. One that was made again has said so before its first pass
 * ends, and a contribution that changed since it was listed stays: its writer relies on it.
 */
async function liveContributions(groupId: string, clusters: readonly ClusterItem[], deps: TargetLaneDeps): Promise<ContributionItem[]> {
  const sgKey = formatKey({ kind: 'sg', groupId });
  const registered = new Set(clusters.map(({ id }) => id));
  const all = await deps.store.contributions.list(sgKey);
  const live = await Promise.all(all.map(async ({ cluster, binding }) => registered.has(cluster) && !isGone(await deps.store.leases.read(`tg#${cluster}#${binding}`))));
  const gone = all.filter((_, index) => !live[index]);
  for (const { cluster, binding, at } of gone) await deps.store.contributions.remove(sgKey, cluster, binding, at);
  return all.filter((_, index) => live[index]);
}

/** Removed, and nobody has asked for it since. */
function isGone(state: StateItem | undefined): boolean {
  return state?.phase === 'Deleted' && state.owner === undefined && state.gen === state.doneGen;
}

/** What the last finished pass answered says nothing of what a pass that broke off since has changed. */
function isAnswered({ state }: TargetPass, { wish, clusters, deps }: { wish: string; clusters: readonly ClusterItem[]; deps: TargetLaneDeps }): boolean {
  const ages = clusters.filter(({ mode }) => mode === 'own').map(({ settings }) => durationMs(settings.stepbalancer.driftCheckAfter));
  const young = deps.now() - (state.driftCheckedAt ?? 0) < Math.min(WITHOUT_CLUSTER_DRIFT_MS, ...ages) * deps.factor;
  return state.owner === undefined && state.inputsHash === wish && young;
}

/** Adds what is missing and reads the group back where something waits to be revoked. */
async function authorize(state: GroupState, deps: TargetLaneDeps): Promise<GroupState & { authorized: number }> {
  const missing = missingRules(state);
  if (missing.length === 0) return { ...state, authorized: 0 };
  const made = await authorizeRules(state, missing, deps);
  const ours = new Set([...state.ours, ...made]);
  await keepLedger({ ...state, ours }, deps);
  const observed = unwanted(state).length > 0 ? await readRules(deps.ec2, state.groupId) : state.observed;
  return { ...state, observed, ours, authorized: missing.length };
}

async function authorizeRules(state: GroupState, missing: readonly ContributedRule[], deps: TargetLaneDeps): Promise<string[]> {
  const { groupId, pass } = state;
  await pass.guard();
  try {
    return (await deps.ec2.authorizeIngress(groupId, asPermissions(missing))).map(({ SecurityGroupRuleId }) => SecurityGroupRuleId);
  } catch (error) {
    if (error instanceof ConflictError && awsCode(error) === 'InvalidPermission.Duplicate') return authorizeRest(state, deps);
    if (error instanceof QuotaError && awsCode(error) === 'RulesPerSecurityGroupLimitExceeded') return makeRoom(state, missing, { deps, cause: error });
    throw error;
  }
}

/** Somebody was faster with one of the rules: what is still missing after a fresh look. */
async function authorizeRest(state: GroupState, deps: TargetLaneDeps): Promise<string[]> {
  const missing = missingRules({ ...state, observed: await readRules(deps.ec2, state.groupId) });
  if (missing.length === 0) return [];
  return (await deps.ec2.authorizeIngress(state.groupId, asPermissions(missing))).map(({ SecurityGroupRuleId }) => SecurityGroupRuleId);
}

/** The group is full: rules of ours that nobody needs, and that no wanted rule is to take the place of, go first. */
async function makeRoom(state: GroupState, missing: readonly ContributedRule[], { deps, cause }: { deps: TargetLaneDeps; cause: QuotaError }): Promise<string[]> {
  const { groupId } = state;
  const spare = unwanted(state).filter((rule) => !missing.some((wanted) => takesPlaceOf(wanted, rule)));
  const full = new QuotaError(
    `Expected room for ${missing.length} more inbound rules in security group ${groupId} of the targets, found it full: it has ${state.observed.length}. No rule was changed, and new targets are not reached until there is room. Raise the quota "Inbound or outbound rules per security group", ` +
      'take rules away that nobody needs, use ip targets, so that fewer ports are needed, or put an Ingress (one load balancer for many Services) in front; it is tried again within 15 minutes',
    { cause, details: { ...cause.details, code: 'SecurityGroupRuleQuota' } },
  );
  if (spare.length === 0) throw full;
  await state.pass.guard();
  await deps.ec2.revokeIngress(groupId, { ruleIds: spare.map(({ id }) => id) });
  await state.pass.guard();
  try {
    return (await deps.ec2.authorizeIngress(groupId, asPermissions(missing))).map(({ SecurityGroupRuleId }) => SecurityGroupRuleId);
  } catch (error) {
    throw error instanceof QuotaError ? full : error;
  }
}

async function revoke(state: GroupState, deps: TargetLaneDeps): Promise<KnownRule[]> {
  const standing = new Set(state.observed.map(observedText));
  const rules = unwanted(state);
  const allThere = state.desired.every((rule) => standing.has(observedText(rule)));
  if (rules.length === 0 || !allThere) return [];
  await state.pass.guard();
  await deps.ec2.revokeIngress(state.groupId, { ruleIds: rules.map(({ id }) => id) });
  await keepLedger({ ...state, ours: new Set([...state.ours].filter((id) => !rules.some((rule) => rule.id === id))) }, deps);
  return rules;
}

function missingRules({ desired, observed }: GroupState): readonly ContributedRule[] {
  return planRules({ desired, observed, isOurs: () => false }).authorize;
}

/** Rules that nobody needs and that we may take away. */
function unwanted({ desired, observed, ours, rights }: GroupState): KnownRule[] {
  if (!rights.revoke) return [];
  const isOurs = (rule: KnownRule) => ours.has(rule.id) || (rights.adopt && carriesLabel(rule.description));
  return [...planRules({ desired, observed, isOurs }).revoke];
}

function takesPlaceOf(wanted: ContributedRule, rule: ObservedRule): boolean {
  const sameSource = Object.values(wanted.source)[0] === Object.values(rule.source)[0];
  return sameSource && wanted.protocol === rule.protocol && wanted.fromPort <= (rule.toPort ?? 65_535) && (rule.fromPort ?? 0) <= wanted.toPort;
}

async function keepLedger({ pass, ours, groupId }: GroupState, deps: TargetLaneDeps): Promise<void> {
  await deps.store.ledger.put(pass.holder, { v: VERSION, id: LEDGER_ID, type: 'security-group-rules', phase: 'present', physicalId: groupId, origin: 'created', ruleIds: [...ours], at: deps.now() });
}

/** A shared backend group may be deleted once no rule refers to it. */
async function wakeBackendGroups(revoked: readonly KnownRule[], clusters: readonly ClusterItem[], deps: TargetLaneDeps): Promise<void> {
  const sources = new Set(revoked.flatMap(({ source }) => ('groupId' in source ? [source.groupId] : [])));
  if (sources.size === 0) return;
  for (const { id, vpcId } of clusters) {
    const key = formatKey({ kind: 'backend', cluster: id, vpc: vpcId });
    const state = await deps.store.leases.read(key);
    if (sources.has(state?.arn ?? '')) await wakeTargets(deps, key);
  }
}
