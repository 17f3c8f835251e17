import type {
  DeleteRuleRequest,
  DescribeRuleRequest,
  EnableRuleRequest,
  ListRuleNamesByTargetRequest,
  ListRulesRequest,
  ListTargetsByRuleRequest,
  PutRuleRequest,
  PutTargetsRequest,
  RemoveTargetsRequest,
  Rule as SdkRule,
  Target as SdkTarget,
  TestEventPatternRequest,
} from '@aws-sdk/client-eventbridge';
import { operation } from '../known-parameters';
import { AwsError, type Call, type Operations } from '../operation';
import { compilePattern, PatternError } from './pattern';
import { busArn, findBus, findRule, pageOf, ruleArn, type EventRecords, type Rule, type Target } from './records';

const TARGET_MEMBERS = ['Id', 'Arn', 'RoleArn', 'DeadLetterConfig', 'SqsParameters', 'RetryPolicy'];

/** Rules and their targets. Targets are SQS queues. AWS: Amazon EventBridge API reference. */
export function ruleOperations(records: EventRecords): Operations {
  const find = (input: { Name?: string | undefined; EventBusName?: string | undefined }, call: Call) => findRule(records, call, { name: input.Name, bus: input.EventBusName });
  const setEnabled = (isEnabled: boolean) =>
    operation<EnableRuleRequest>(['Name', 'EventBusName'], (input, call) => {
      const rule = find(input, call);
      records.rules.set(rule.arn, { ...rule, isEnabled });
      return {};
    });
  return {
    PutRule: operation<PutRuleRequest>(['Name', 'EventPattern', 'State', 'Description', 'Tags', 'EventBusName'], (input, call) => putRule(records, input, call)),
    DescribeRule: operation<DescribeRuleRequest>(['Name', 'EventBusName'], (input, call) => ({ ...showRule(find(input, call)), CreatedBy: call.account })),
    EnableRule: setEnabled(true),
    DisableRule: setEnabled(false),
    DeleteRule: operation<DeleteRuleRequest>(['Name', 'EventBusName'], (input, call) => {
      const rule = records.rules.get(ruleArn(call, findBus(records, call, input.EventBusName).name, input.Name ?? ''));
      if ((rule?.targets.length ?? 0) > 0) throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      if (rule !== undefined) records.rules.delete(rule.arn);
      return {};
    }),
    ListRules: operation<ListRulesRequest>(['NamePrefix', 'EventBusName', 'NextToken', 'Limit'], ({ NamePrefix: prefix = '', EventBusName: given, ...page }, call) => {
      const bus = findBus(records, call, given);
      const { items, next } = pageOf(records.rules.values().filter((rule) => rule.busArn === bus.arn && rule.name.startsWith(prefix)), page);
      return { Rules: items.map(showRule), ...next };
    }),
    ListRuleNamesByTarget: operation<ListRuleNamesByTargetRequest>(['TargetArn', 'EventBusName', 'NextToken', 'Limit'], ({ TargetArn: arn, EventBusName: given, ...page }, call) => {
      const bus = findBus(records, call, given);
      const { items, next } = pageOf(records.rules.values().filter((rule) => rule.busArn === bus.arn && rule.targets.some((target) => target.arn === arn)), page);
      return { RuleNames: items.map(({ name }) => name), ...next };
    }),
    TestEventPattern: operation<TestEventPatternRequest>(['EventPattern', 'Event'], ({ EventPattern: pattern = '', Event: event = '' }) => ({ Result: checkPattern(pattern)(parseEvent(event)) })),
  };
}

/** Targets of rules. */
export function targetOperations(records: EventRecords): Operations {
  return {
    PutTargets: operation<PutTargetsRequest>(['Rule', 'EventBusName', 'Targets'], ({ Rule: name, EventBusName: bus, Targets: given = [] }, call) => {
      const rule = findRule(records, call, { name, bus });
      const targets = given.map(readTarget);
      const ids = targets.map(({ id }) => id);
      const kept = rule.targets.filter(({ id }) => !ids.includes(id));
      // AWS: five targets per rule, not adjustable upwards by default.
      if (kept.length + targets.length > 5) throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      records.rules.set(rule.arn, { ...rule, targets: [...kept, ...targets] });
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),
    RemoveTargets: operation<RemoveTargetsRequest>(['Rule', 'EventBusName', 'Ids', 'Force'], ({ Rule: name, EventBusName: bus, Ids: ids = [] }, call) => {
      const rule = findRule(records, call, { name, bus });
      records.rules.set(rule.arn, { ...rule, targets: rule.targets.filter(({ id }) => !ids.includes(id)) });
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),
    ListTargetsByRule: operation<ListTargetsByRuleRequest>(['Rule', 'EventBusName', 'NextToken', 'Limit'], ({ Rule: name, EventBusName: bus, ...page }, call) => {
      const { items, next } = pageOf(findRule(records, call, { name, bus }).targets, page);
      return { Targets: items.map(showTarget), ...next };
    }),
  };
}

function putRule(records: EventRecords, { Name: name = '', EventPattern: pattern, State: state, Description: description, Tags: tags = [], EventBusName: given }: PutRuleRequest, call: Call): object {
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) throw new AwsError('ValidationException', `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`);
  if (pattern === undefined) throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  checkPattern(pattern);
  const bus = findBus(records, call, given);
  const arn = ruleArn(call, bus.name, name);
  const existing = records.rules.get(arn);
  const rule: Rule = {
    arn,
    name,
    busArn: busArn(call, bus.name),
    busName: bus.name,
    account: call.account,
    region: call.region,
    pattern,
    isEnabled: state !== 'DISABLED',
    description,
    // Tags of an existing rule stay: PutRule ignores them. AWS: PutRule.
    tags: existing?.tags ?? Object.fromEntries(tags.map(({ Key: key = '', Value: value = '' }) => [key, value])),
    targets: existing?.targets ?? [],
  };
  records.rules.set(arn, rule);
  return { RuleArn: arn };
}

function checkPattern(pattern: string) {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) throw new AwsError('InvalidEventPatternException', error.message);
    throw error;
  }
}

function parseEvent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('InvalidEventPatternException', 'Event is not valid JSON.');
  }
}

function readTarget(given: SdkTarget): Target {
  const strange = Object.entries(given).find(([name, value]) => value !== undefined && !TARGET_MEMBERS.includes(name));
  if (strange !== undefined) throw new AwsError('UnsupportedOperation', `The local AWS does not implement the parameter Targets.${strange[0]}`);
  const { Id: id = '', Arn: arn = '', RoleArn: roleArn, DeadLetterConfig: deadLetter, SqsParameters: sqs, RetryPolicy: retryPolicy } = given;
  if (!/^arn:[^:]+:sqs:/.test(arn)) throw new AwsError('UnsupportedOperation', `The local AWS delivers events to SQS queues only, not to ${arn}`);
  if (arn.endsWith('.fifo') && sqs?.MessageGroupId === undefined) throw new AwsError('ValidationException', `Parameter(s) SqsParameters must be specified for target: ${id}.`);
  return { id, arn, roleArn, deadLetterArn: deadLetter?.Arn, messageGroupId: sqs?.MessageGroupId, retryPolicy };
}

function showTarget({ id, arn, roleArn, deadLetterArn, messageGroupId, retryPolicy }: Target): SdkTarget {
  return {
    Id: id,
    Arn: arn,
    ...(roleArn !== undefined && { RoleArn: roleArn }),
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
    ...(messageGroupId !== undefined && { SqsParameters: { MessageGroupId: messageGroupId } }),
    ...(retryPolicy !== undefined && { RetryPolicy: retryPolicy }),
  };
}

function showRule({ name, arn, pattern, isEnabled, description, busName }: Rule): SdkRule {
  return { Name: name, Arn: arn, EventPattern: pattern, State: isEnabled ? 'ENABLED' : 'DISABLED', EventBusName: busName, ...(description !== undefined && { Description: description }) };
}
