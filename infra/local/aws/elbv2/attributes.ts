import type {
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  ModifyListenerAttributesInput,
  ModifyListenerAttributesOutput,
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import type { AttributeTable } from './attribute-table';
import { listenerAttributes, loadBalancerAttributes, targetGroupAttributes } from './attribute-table';
import { findListener, findLoadBalancer, findTargetGroup } from './lookup';
import { validationError } from './refusals';
import type { Elbv2 } from './state';

interface Attribute {
  Key?: string | undefined;
  Value?: string | undefined;
}

type Overrides = Readonly<Record<string, string>>;

/** Every attribute of a table with the value it has. */
export function attributeList(table: AttributeTable, overrides: Overrides): { Key: string; Value: string }[] {
  return Object.entries(table).map(([Key, { byDefault }]) => ({ Key, Value: overrides[Key] ?? byDefault }));
}

/** Checks changes against the table and answers the overrides that result. Unknown keys and values are refused by name. */
function changedAttributes(table: AttributeTable, overrides: Overrides, given: readonly Attribute[] | undefined): Overrides {
  const changes = (given ?? []).map(({ Key = '', Value = '' }): [string, string] => {
    const known = table[Key];
    if (known === undefined) throw validationError(`The attribute '${Key}' is not recognized or is not supported for this resource`);
    if (!known.accepts(Value)) throw validationError(`The value '${Value}' is not valid for the attribute '${Key}'`);
    return [Key, Value];
  });
  if (changes.length === 0) throw validationError('At least one attribute must be specified');
  if (new Set(changes.map(([key]) => key)).size < changes.length) throw validationError('An attribute was specified more than once');
  return { ...overrides, ...Object.fromEntries(changes) };
}

/** Describe and modify attributes of load balancers, target groups and listeners. */
export function attributeOperations(elbv2: Elbv2): Operations {
  return { ...ofLoadBalancers(elbv2), ...ofTargetGroups(elbv2), ...ofListeners(elbv2) };
}

function ofLoadBalancers({ state }: Elbv2): Operations {
  const describe = (input: DescribeLoadBalancerAttributesInput, call: Call): DescribeLoadBalancerAttributesOutput => {
    const record = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
    return { Attributes: attributeList(loadBalancerAttributes(record), record.attributes) };
  };
  const modify = (input: ModifyLoadBalancerAttributesInput, call: Call): ModifyLoadBalancerAttributesOutput => {
    const record = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
    const table = loadBalancerAttributes(record);
    const attributes = changedAttributes(table, record.attributes, input.Attributes);
    assertLogBuckets(attributes);
    // AWS: "After you set this value, you can't decrease it."
    const secondary = 'secondary_ips.auto_assigned.per_subnet';
    if (Number(attributes[secondary] ?? 0) < Number(record.attributes[secondary] ?? 0)) throw new AwsError('InvalidConfigurationRequest', `The value of '${secondary}' cannot be decreased`);
    state.loadBalancers.set(record.arn, { ...record, attributes });
    return { Attributes: attributeList(table, attributes) };
  };
  return { DescribeLoadBalancerAttributes: describe, ModifyLoadBalancerAttributes: modify };
}

function assertLogBuckets(attributes: Overrides): void {
  for (const kind of ['access_logs', 'connection_logs', 'health_check_logs']) {
    const isMissing = attributes[`${kind}.s3.enabled`] === 'true' && (attributes[`${kind}.s3.bucket`] ?? '') === '';
    if (isMissing) throw new AwsError('InvalidConfigurationRequest', `The attribute '${kind}.s3.bucket' is required when '${kind}.s3.enabled' is true`);
  }
}

function ofTargetGroups({ state }: Elbv2): Operations {
  const describe = (input: DescribeTargetGroupAttributesInput, call: Call): DescribeTargetGroupAttributesOutput => {
    const record = findTargetGroup(state, call, input.TargetGroupArn ?? '');
    return { Attributes: attributeList(targetGroupAttributes(record), record.attributes) };
  };
  const modify = (input: ModifyTargetGroupAttributesInput, call: Call): ModifyTargetGroupAttributesOutput => {
    const record = findTargetGroup(state, call, input.TargetGroupArn ?? '');
    const table = targetGroupAttributes(record);
    const attributes = changedAttributes(table, record.attributes, input.Attributes);
    state.targetGroups.set(record.arn, { ...record, attributes });
    return { Attributes: attributeList(table, attributes) };
  };
  return { DescribeTargetGroupAttributes: describe, ModifyTargetGroupAttributes: modify };
}

function ofListeners({ state }: Elbv2): Operations {
  const describe = (input: DescribeListenerAttributesInput, call: Call): DescribeListenerAttributesOutput => {
    const record = findListener(state, call, input.ListenerArn ?? '');
    return { Attributes: attributeList(listenerAttributes(record), record.attributes) };
  };
  const modify = (input: ModifyListenerAttributesInput, call: Call): ModifyListenerAttributesOutput => {
    const record = findListener(state, call, input.ListenerArn ?? '');
    const table = listenerAttributes(record);
    const attributes = changedAttributes(table, record.attributes, input.Attributes);
    state.listeners.set(record.arn, { ...record, attributes });
    return { Attributes: attributeList(table, attributes) };
  };
  return { DescribeListenerAttributes: describe, ModifyListenerAttributes: modify };
}
