import type {
  CreateRuleInput,
  CreateRuleOutput,
  DeleteRuleInput,
  DeleteRuleOutput,
  DescribeRulesInput,
  DescribeRulesOutput,
  ModifyRuleInput,
  ModifyRuleOutput,
  Rule,
  SetRulePrioritiesInput,
  SetRulePrioritiesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { assertTargetGroupCount, checkedActions, forwardsSince } from './actions';
import { checkedConditions, checkedTransforms } from './conditions';
import { findListener, findLoadBalancer, findRule } from './lookup';
import { arnPrefix, hash } from './names';
import { page } from './paging';
import { assertInRange, validationError } from './refusals';
import type { Elbv2, Elbv2State, RuleRecord } from './state';
import { checkedTags } from './tags';

/** Create, modify, describe, order and delete rules. Network Load Balancers have only default rules. */
export function ruleOperations(elbv2: Elbv2): Operations {
  const { state } = elbv2;
  const shown = (record: RuleRecord) => shownRule(state, record);
  const describe = (input: DescribeRulesInput, call: Call): DescribeRulesOutput => {
    const { items, ...next } = page(selected(elbv2, call, input), input, ({ arn }) => arn);
    return { Rules: items.map(shown), ...next };
  };
  const remove = (input: DeleteRuleInput, call: Call): DeleteRuleOutput => {
    const record = findRule(state, call, input.RuleArn ?? '');
    refuseDefault(record, 'deleted');
    state.rules.delete(record.arn);
    return {};
  };
  return {
    CreateRule: (input: CreateRuleInput, call: Call): CreateRuleOutput => ({ Rules: [shown(create(elbv2, call, input))] }),
    ModifyRule: (input: ModifyRuleInput, call: Call): ModifyRuleOutput => ({ Rules: [shown(modify(elbv2, call, input))] }),
    SetRulePriorities: (input: SetRulePrioritiesInput, call: Call): SetRulePrioritiesOutput => ({ Rules: setPriorities(elbv2, call, input).map(shown) }),
    DescribeRules: describe,
    DeleteRule: remove,
  };
}

function create(elbv2: Elbv2, call: Call, input: CreateRuleInput): RuleRecord {
  const { state, quotas, world } = elbv2;
  const listener = findListener(state, call, input.ListenerArn ?? '');
  const balancer = findLoadBalancer(state, call, listener.loadBalancerArn);
  if (balancer.type === 'network') throw new AwsError('InvalidConfigurationRequest', 'Rules are not supported by Network Load Balancers');
  assertInRange(input.Priority, { min: 1, max: 50_000 }, 'Priority');
  const priority = input.Priority ?? 0;
  if (rulesOf(state, listener.arn).some((rule) => rule.priority === priority)) throw priorityInUse(priority);
  const count = state.rules.values().filter((rule) => rule.loadBalancerArn === balancer.arn && rule.priority !== 'default').length;
  const max = quotas['rules-per-application-load-balancer'];
  if (count >= max) throw new AwsError('TooManyRules', `The maximum number of rules of a load balancer is ${max}`);
  const actions = checkedActions(elbv2, call, input.Actions, { balancer, protocol: listener.protocol });
  const record: RuleRecord = {
    arn: `${arnPrefix(call)}listener-rule/${listener.arn.split(':listener/')[1] ?? ''}/${hash(world.random)}`,
    listenerArn: listener.arn,
    loadBalancerArn: balancer.arn,
    priority,
    conditions: checkedConditions(elbv2, input.Conditions),
    actions,
    transforms: checkedTransforms(input.Transforms),
    tags: checkedTags(input.Tags, elbv2),
    forwardsSince: forwardsSince(actions, call.now),
  };
  state.rules.set(record.arn, record);
  assertTargetGroupCount(elbv2, balancer);
  return record;
}

function modify(elbv2: Elbv2, call: Call, input: ModifyRuleInput): RuleRecord {
  const { state } = elbv2;
  const present = findRule(state, call, input.RuleArn ?? '');
  refuseDefault(present, 'modified');
  if (input.ResetTransforms === true && (input.Transforms ?? []).length > 0) throw validationError('Specify either transforms or their reset');
  const listener = findListener(state, call, present.listenerArn);
  const balancer = findLoadBalancer(state, call, present.loadBalancerArn);
  const actions = input.Actions === undefined ? present.actions : checkedActions(elbv2, call, input.Actions, { balancer, protocol: listener.protocol });
  const changed: RuleRecord = {
    ...present,
    actions,
    conditions: input.Conditions === undefined ? present.conditions : checkedConditions(elbv2, input.Conditions),
    transforms: input.ResetTransforms === true ? [] : input.Transforms === undefined ? present.transforms : checkedTransforms(input.Transforms),
    forwardsSince: forwardsSince(actions, call.now, present.forwardsSince),
  };
  state.rules.set(changed.arn, changed);
  assertTargetGroupCount(elbv2, balancer);
  return changed;
}

/** Judges the final state, so that rules can swap their places in one call. AWS: "SetRulePriorities". */
function setPriorities({ state }: Elbv2, call: Call, input: SetRulePrioritiesInput): RuleRecord[] {
  const changed = (input.RulePriorities ?? []).map(({ RuleArn = '', Priority }) => {
    const record = findRule(state, call, RuleArn);
    refuseDefault(record, 'reordered');
    assertInRange(Priority, { min: 1, max: 50_000 }, 'Priority');
    return { ...record, priority: Priority ?? record.priority };
  });
  if (changed.length === 0) throw validationError('At least one rule must be specified');
  if (new Set(changed.map(({ arn }) => arn)).size < changed.length) throw validationError('A rule was specified more than once');
  for (const listenerArn of new Set(changed.map((record) => record.listenerArn))) {
    const kept = rulesOf(state, listenerArn).filter(({ arn }) => !changed.some((record) => record.arn === arn));
    const seen = new Set<number | string>();
    for (const { priority } of [...kept, ...changed.filter((record) => record.listenerArn === listenerArn)]) {
      if (seen.has(priority)) throw priorityInUse(priority);
      seen.add(priority);
    }
  }
  for (const record of changed) state.rules.set(record.arn, record);
  return changed;
}

function priorityInUse(priority: number | string): AwsError {
  return new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
}

function refuseDefault({ arn, priority }: RuleRecord, what: string): void {
  if (priority === 'default') throw new AwsError('OperationNotPermitted', `Default rule '${arn}' cannot be ${what}`);
}

function rulesOf(state: Elbv2State, listenerArn: string): RuleRecord[] {
  return state.rules.values().filter((rule) => rule.listenerArn === listenerArn);
}

function selected({ state }: Elbv2, call: Call, { ListenerArn, RuleArns: arns = [] }: DescribeRulesInput): RuleRecord[] {
  if (ListenerArn !== undefined && arns.length > 0) throw validationError('A listener ARN and rule ARNs cannot be specified at the same time');
  if (arns.length > 0) return [...new Set(arns)].map((arn) => findRule(state, call, arn));
  if (ListenerArn === undefined) throw validationError('You must specify either listener rule ARNs or a listener ARN');
  const order = ({ priority }: RuleRecord) => (priority === 'default' ? Number.POSITIVE_INFINITY : priority);
  return rulesOf(state, findListener(state, call, ListenerArn).arn).sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
}

function shownRule(state: Elbv2State, record: RuleRecord): Rule {
  const isDefault = record.priority === 'default';
  const actions = isDefault ? (state.listeners.get(record.listenerArn)?.defaultActions ?? []) : record.actions;
  return { RuleArn: record.arn, Priority: String(record.priority), Conditions: [...record.conditions], Actions: [...actions], IsDefault: isDefault, Transforms: [...record.transforms] };
}
