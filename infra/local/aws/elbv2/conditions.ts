import type { RuleCondition, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2';
import ipaddr from 'ipaddr.js';
import { AwsError } from '../operation';
import { assertOneOf, validationError } from './refusals';
import type { Elbv2 } from './state';

/** Checks the conditions of a rule and answers them as AWS shows them: host and path conditions in the short and the long form. AWS: "RuleCondition". */
export function checkedConditions({ quotas }: Elbv2, given: readonly RuleCondition[] | undefined): RuleCondition[] {
  const conditions = (given ?? []).map(checkedCondition);
  if (conditions.length === 0) throw validationError('At least one condition must be specified');
  const once = ['host-header', 'path-pattern', 'http-request-method', 'source-ip'];
  for (const field of once) if (conditions.filter(({ Field }) => Field === field).length > 1) throw validationError(`A rule can have only one '${field}' condition`);
  const values = conditions.flatMap(valuesOf);
  const max = quotas['condition-values-per-alb-rule'];
  if (values.length > max) throw validationError(`A rule can only have '${max}' condition values`);
  const wildcards = values.join('').match(/[*?]/g)?.length ?? 0;
  const maxWildcards = quotas['condition-wildcards-per-alb-rule'];
  if (wildcards > maxWildcards) throw validationError(`A rule can only have '${maxWildcards}' condition wildcards`);
  return conditions;
}

const fields = ['host-header', 'path-pattern', 'http-header', 'http-request-method', 'query-string', 'source-ip'] as const;

function checkedCondition(condition: RuleCondition): RuleCondition {
  const { Field: field = '' } = condition;
  assertOneOf(field, fields, 'field');
  if (field === 'host-header' || field === 'path-pattern') return checkedPattern(field, condition);
  if (field === 'http-header') return checkedHeader(condition);
  if (field === 'http-request-method') return checkedMethod(condition);
  return field === 'query-string' ? checkedQuery(condition) : checkedSource(condition);
}

function checkedPattern(field: 'host-header' | 'path-pattern', condition: RuleCondition): RuleCondition {
  const config = field === 'host-header' ? condition.HostHeaderConfig : condition.PathPatternConfig;
  const values = config?.Values ?? condition.Values ?? [];
  const expressions = config?.RegexValues ?? condition.RegexValues ?? [];
  const characters = field === 'host-header' ? /^[A-Za-z0-9.*?:_-]+$/ : /^[A-Za-z0-9_\-.$/~"'@:+&*?!#%()=,;[\]{}|^ ]+$/;
  assertValues(field, { values, expressions });
  for (const value of values) if (!characters.test(value)) throw validationError(`The value '${value}' of a '${field}' condition contains characters that are not allowed`);
  const shown = { ...(values.length > 0 && { Values: values }), ...(expressions.length > 0 && { RegexValues: expressions }) };
  const top = { ...(values.length > 0 && { Values: values }) };
  return field === 'host-header' ? { Field: field, ...top, HostHeaderConfig: shown } : { Field: field, ...top, PathPatternConfig: shown };
}

function assertValues(field: string, { values, expressions = [] }: { values: readonly string[]; expressions?: readonly string[] }): void {
  if (values.length + expressions.length === 0) throw validationError(`A '${field}' condition must have at least one value`);
  if (values.length > 0 && expressions.length > 0) throw validationError(`A '${field}' condition has either values or regular expressions`);
  for (const value of [...values, ...expressions]) if (value.length === 0 || value.length > 128) throw validationError(`The value '${value}' of a '${field}' condition must have 1 to 128 characters`);
  for (const expression of expressions) assertExpression(expression);
}

function assertExpression(expression: string): void {
  try {
    new RegExp(expression, 'u');
  } catch {
    throw validationError(`'${expression}' is not a valid regular expression`);
  }
}

function checkedHeader({ HttpHeaderConfig: config }: RuleCondition): RuleCondition {
  const { HttpHeaderName: name = '', Values: values = [], RegexValues: expressions = [] } = config ?? {};
  if (!/^[!#$%&'*+\-.^_`|~A-Za-z0-9]{1,40}$/.test(name)) throw validationError(`The HTTP header name '${name}' is not valid`);
  if (name.toLowerCase() === 'host') throw validationError("A 'host-header' condition must be used for the Host header");
  assertValues('http-header', { values, expressions });
  return { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: name, ...(values.length > 0 && { Values: values }), ...(expressions.length > 0 && { RegexValues: expressions }) } };
}

function checkedMethod({ HttpRequestMethodConfig: config }: RuleCondition): RuleCondition {
  const values = config?.Values ?? [];
  assertValues('http-request-method', { values });
  for (const value of values) if (!/^[A-Z_-]{1,40}$/.test(value)) throw validationError(`The HTTP method '${value}' is not valid`);
  return { Field: 'http-request-method', HttpRequestMethodConfig: { Values: values } };
}

function checkedQuery({ QueryStringConfig: config }: RuleCondition): RuleCondition {
  const values = config?.Values ?? [];
  assertValues('query-string', { values: values.map(({ Value }) => Value ?? '') });
  return { Field: 'query-string', QueryStringConfig: { Values: values } };
}

function checkedSource({ SourceIpConfig: config }: RuleCondition): RuleCondition {
  const values = config?.Values ?? [];
  assertValues('source-ip', { values });
  for (const value of values) if (!ipaddr.isValidCIDR(value)) throw validationError(`The source IP '${value}' must be a CIDR block`);
  return { Field: 'source-ip', SourceIpConfig: { Values: values } };
}

function valuesOf(condition: RuleCondition): string[] {
  const config = condition.HostHeaderConfig ?? condition.PathPatternConfig ?? condition.HttpHeaderConfig ?? {};
  const query = (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => `${Key ?? ''}${Value ?? ''}`);
  const plain = [...(condition.HttpRequestMethodConfig?.Values ?? []), ...(condition.SourceIpConfig?.Values ?? [])];
  return [...(config.Values ?? []), ...(config.RegexValues ?? []).map((expression) => expression.replace(/[*?]/g, '')), ...query, ...plain];
}

/** Checks transforms: at most one of each type, with expressions that are ones. AWS: "RuleTransform". */
export function checkedTransforms(given: readonly RuleTransform[] | undefined): RuleTransform[] {
  const transforms = given ?? [];
  if (new Set(transforms.map(({ Type }) => Type)).size < transforms.length) throw new AwsError('InvalidConfigurationRequest', 'A rule can have one transform of each type');
  for (const { Type = '', HostHeaderRewriteConfig: host, UrlRewriteConfig: url } of transforms) {
    assertOneOf(Type, ['host-header-rewrite', 'url-rewrite'], 'type');
    const rewrites = (Type === 'host-header-rewrite' ? host : url)?.Rewrites ?? [];
    if (rewrites.length === 0) throw validationError(`A transform of type '${Type}' must have a rewrite`);
    for (const { Regex } of rewrites) assertExpression(Regex ?? '');
  }
  return [...transforms];
}
