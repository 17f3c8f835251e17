import { defaultIds } from '../../../infra/local/aws/default-environment';
import type { StartedCall } from '../../../infra/local/aws/answer-call';
import type { RuleRecord } from '../../../infra/local/aws/ec2/records';
import { LedgerItem } from '../../../shared/contract/items';
import { READ_LAG_MS } from '../../../shared/contract/read-lag';
import { currentInvocation, type Invocation } from '../world/invocations';
import { CLUSTER, type World } from '../world/open-world';
import { groupOf, inboundRules, ownResources, standingTargets, type OwnResource } from './account-view';
import { bindings, readyTargets, services } from './cluster-view';
import { checkWriter } from './check-writer';

export type Violated = (rule: string, words: string) => void;

/** Looks at the account after every call that may have changed it, and says what must not be. */
export function watchAccount(world: World, violated: Violated): void {
  const foreign = rememberForeign(world);
  let before: Before = {};
  world.account.aws.hooks.before.push((call) => {
    if (isChange(call)) before = lookBefore(world, call);
  });
  world.account.aws.hooks.after.push(async (call) => {
    if (!isChange(call)) return;
    const by = currentInvocation();
    if (call.result === 'ok' && by) {
      if (before.gone !== true) await checkWriter(world, { call, by, violated });
      checkDeregistration(world, { call, by, before, violated });
      await checkRevocation(world, { call, by, before, violated });
    }
    await checkOwnership(world, violated);
    foreign(violated);
  });
}

interface Before {
  readonly targets?: number;
  readonly rules?: readonly RuleRecord[];
  /** What is to be deleted was gone already: the call changes nothing, whenever it arrives. */
  readonly gone?: boolean;
}

interface Change {
  readonly call: StartedCall;
  readonly by: Invocation;
  readonly before: Before;
  readonly violated: Violated;
}

function isChange({ service, kind }: StartedCall): boolean {
  return kind === 'write' && (service === 'elasticloadbalancing' || service === 'ec2');
}

function lookBefore(world: World, { action, input }: StartedCall): Before {
  const { TargetGroupArn = '', GroupId = '' } = (input ?? {}) as { TargetGroupArn?: string; GroupId?: string };
  if (action === 'DeregisterTargets') return { targets: standingTargets(world, TargetGroupArn).length };
  if (action === 'DeleteTargetGroup') return { gone: !world.account.elbv2.state.targetGroups.has(TargetGroupArn) };
  if (action === 'RevokeSecurityGroupIngress') return { rules: inboundRules(world, GroupId) };
  return {};
}

/** Every resource of ours has its own entry in the ledger, or stands for an intent of its name: none forgotten, none twice. */
export async function checkOwnership(world: World, violated: Violated): Promise<void> {
  const own = ownResources(world);
  for (const backend of own.filter(({ tags }) => tags['elbv2.k8s.aws/resource'] === 'backend-sg')) await checkBackendGroup(world, backend, violated);
  const byStack = Object.groupBy(own.filter(({ tags }) => tags['service.k8s.aws/stack'] !== undefined), ({ tags }) => tags['service.k8s.aws/stack'] ?? '');
  for (const [stack, resources = []] of Object.entries(byStack)) {
    const ledger = await world.table.query(`svc#${CLUSTER}#${stack}`, 'RES#');
    const items = ledger.map((item) => LedgerItem.parse(Object.fromEntries(Object.entries(item).filter(([name]) => name in LedgerItem.shape))));
    const strays = resources.filter(({ physicalId }) => !world.inherited.has(physicalId) && !items.some((item) => item.physicalId === physicalId));
    const intents = items.filter(({ physicalId }) => physicalId === undefined);
    for (const stray of strays) {
      const intent = intents.findIndex(({ type, name }) => type === stray.type && name === stray.name);
      if (intent >= 0) {
        intents.splice(intent, 1);
        continue;
      }
      const twin = resources.find((other) => other !== stray && other.type === stray.type && other.tags['service.k8s.aws/resource'] === stray.tags['service.k8s.aws/resource']);
      if (twin) violated('duplicate', `${stray.type} ${stray.name} of ${stack} exists beside ${twin.name}, and the ledger knows only one of them`);
      else violated('orphan', `${stray.type} ${stray.name} of ${stack} exists, but the ledger has neither its id nor an intent of its name`);
    }
  }
}

/** The shared group has a user, or its key knows it. */
async function checkBackendGroup(world: World, { physicalId, name }: OwnResource, violated: Violated): Promise<void> {
  const key = `backend#${CLUSTER}#${defaultIds.vpcId}`;
  const users = await world.store.contributions.listUsers(key);
  if (users.length > 0 || world.inherited.has(physicalId)) return;
  const state = await world.store.leases.read(key);
  if (state === undefined || (state.phase === 'Deleted' && state.doneGen === state.gen)) violated('orphan', `backend group ${name} (${physicalId}) exists, but nobody uses it and its key says it is gone`);
}

/** What is not ours is as it was. Records are replaced when they change. */
function rememberForeign(world: World): (violated: Violated) => void {
  const { loadBalancers, targetGroups, listeners, targets } = world.account.elbv2.state;
  const { groups, tags, subnets } = world.account.ec2.state.open(world.place);
  const kept = [loadBalancers, targetGroups, listeners, targets, subnets].flatMap((collection) => collection.entries().map(([id, record]) => ({ id, record: record as unknown, collection: collection as { get(id: string): unknown } })));
  const ownRules = inboundRules(world, defaultIds.nodeSecurityGroup);
  const groupsKept = groups.entries().filter(([id]) => id !== defaultIds.nodeSecurityGroup).map(([id, record]) => ({ id, record, tags: tags.get(id) }));
  return (violated) => {
    for (const { id, record, collection } of kept) {
      const now = collection.get(id);
      if (now !== record && !isHealed(now, record)) violated('foreign', `${id} is not ours and was changed`);
    }
    for (const { id, record, tags: before } of groupsKept) if (groups.get(id) !== record || tags.get(id) !== before) violated('foreign', `security group ${id} is not ours and was changed`);
    const left = new Set(inboundRules(world, defaultIds.nodeSecurityGroup).map(({ ruleId }) => ruleId));
    for (const { ruleId } of ownRules) if (!left.has(ruleId)) violated('foreign', `rule ${ruleId} of the node group is not ours and was revoked`);
  };
}

/** Free addresses of a subnet are counted by AWS itself. */
function isHealed(now: unknown, before: unknown): boolean {
  return typeof now === 'object' && now !== null && 'availableIpAddressCount' in now && typeof before === 'object' && before !== null && 'availableIpAddressCount' in before;
}

/** A target group is not emptied while an endpoint is ready that was ready when the pass began; what somebody took out by hand since AWS showed it is his doing. */
function checkDeregistration(world: World, { call, by, before, violated }: Change): void {
  if (call.action !== 'DeregisterTargets') return;
  const { TargetGroupArn: arn = '' } = call.input as { TargetGroupArn?: string };
  if ((before.targets ?? 0) === 0 || standingTargets(world, arn).length > 0) return;
  const binding = bindings(world).find(({ spec }) => spec.targetGroupARN === arn);
  if (!binding || binding.metadata.deletionTimestamp !== undefined) return;
  const service = services(world).find(({ metadata }) => metadata.namespace === binding.metadata.namespace && metadata.name === binding.spec.serviceRef.name);
  if (service?.metadata.deletionTimestamp !== undefined) return; // its slices are not kept up to date any more
  const shown = (target: string) => (world.takenOut.get(`${arn} ${target}`) ?? 0) < by.startedAt - READ_LAG_MS;
  const ready = [...readyTargets(world, binding)].filter((target) => by.readyThroughout?.has(`${binding.metadata.name} ${target}`) && shown(target));
  if (ready.length > 0) violated('emptied', `the target group of ${binding.metadata.name} was emptied while ${ready.join(', ')} ${ready.length === 1 ? 'was' : 'were'} ready`);
}

/** What was allowed and is needed is still allowed. */
async function checkRevocation(world: World, { call, by, before, violated }: Change): Promise<void> {
  if (call.action !== 'RevokeSecurityGroupIngress') return;
  const { GroupId: groupId = '' } = call.input as { GroupId?: string };
  const after = inboundRules(world, groupId);
  if (groupId === defaultIds.nodeSecurityGroup) {
    for (const { rules, binding, at } of await world.store.contributions.list(`sg#${groupId}`)) {
      const lost = rules.find((rule) => covers(before.rules ?? [], rule) && !covers(after, rule));
      if (lost && at < by.startedAt) violated('revoked', `${binding} needs ${lost.protocol} ${lost.fromPort}-${lost.toPort} on the node group; its rule was revoked before another one was there`);
    }
    return;
  }
  const stack = groupOf(world, groupId) && ownResources(world).find(({ physicalId }) => physicalId === groupId)?.tags['service.k8s.aws/stack'];
  const service = services(world).find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === stack);
  if (!service || service.metadata.deletionTimestamp !== undefined || service.spec.type !== 'LoadBalancer') return;
  // What the Service still asks for may have been taken away by hand before: then only what it does not ask for goes.
  const served = (service.spec.ports ?? []).some(({ port }) => (before.rules ?? []).some(({ fromPort = 0, toPort = 65_535 }) => fromPort <= port && port <= toPort));
  if (served && after.length === 0) violated('revoked', `the security group of ${stack ?? ''} was left without any rule`);
}

interface NeededRule {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly source: { readonly groupId: string } | { readonly cidr: string };
}

function covers(rules: readonly RuleRecord[], { protocol, fromPort, toPort, source }: NeededRule): boolean {
  return rules.some((rule) => {
    const sameSource = 'groupId' in source ? rule.source.kind === 'group' && rule.source.groupId === source.groupId : rule.source.kind === 'ipv4' && rule.source.cidr === source.cidr;
    const everyPort = fromPort === 0 && toPort === 0;
    return sameSource && (rule.protocol === protocol || rule.protocol === '-1') && (rule.fromPort ?? 0) <= fromPort && (everyPort ? 65_535 : toPort) <= (rule.toPort ?? 65_535);
  });
}
