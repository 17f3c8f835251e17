import type { Attribute, Observed } from '../model/model';
import type { Plan } from '../plan/change';
import { quote } from '../desired/text';
import { annotation } from './annotation-words';
import { type AttributeRules, LOAD_BALANCER_RULES, listenerRules, targetGroupRules } from './attribute-rules';
import { madeOf, mendedOf } from './planned-writes';
import type { Finding, Preflight } from './preflight';

/** Attributes that are about to be set: keys that AWS has, values that it takes. AWS would refuse them when the resource is there already. */
export function checkAttributes({ plan, observed }: Preflight): Finding[] {
  const balancers = [...settings(madeOf(plan, 'load-balancer')), ...changes(mendedOf(plan, 'load-balancer', 'attributes'))].map((setting) => ({ ...setting, rules: LOAD_BALANCER_RULES, where: annotation('attributes') }));
  const groups = [...settings(madeOf(plan, 'target-group')), ...changes(mendedOf(plan, 'target-group', 'attributes'))].map((setting) => ({
    ...setting,
    rules: targetGroupRules(setting.desired.spec.protocol),
    where: `${annotation('targetGroupAttributes')} (for one port: ${annotation('targetGroupAttributesOfPort', portOf(setting.desired.id)).replace('annotation ', '')})`,
  }));
  const listeners = [...settings(madeOf(plan, 'listener')), ...changes(mendedOf(plan, 'listener', 'attributes'))].map((setting) => ({
    ...setting,
    rules: listenerRules(setting.desired.spec.protocol),
    where: annotation('listenerAttributes', `${setting.desired.spec.protocol}-${setting.desired.spec.port}`),
  }));
  const findings = [...balancers, ...groups, ...listeners].flatMap((setting) => setting.set.flatMap((attribute) => judge(attribute, { ...setting, known: keysOf(observed, setting.physicalId) })));
  return [...new Map([...findings, ...checkLogBuckets(plan)].map((finding) => [finding.message, finding])).values()];
}

/** Access logs without a bucket; of a load balancer that is there the bucket may be set already. */
function checkLogBuckets(plan: Plan): Finding[] {
  return settings(madeOf(plan, 'load-balancer')).flatMap(({ set }): Finding[] => {
    const stated = new Map(set.map(({ key, value }) => [key, value]));
    if (stated.get('access_logs.s3.enabled') !== 'true' || stated.get('access_logs.s3.bucket')) return [];
    return [{ code: 'InvalidAttributeValue', message: `${annotation('accessLogEnabled')} (or ${annotation('attributes')}) switches access logs on, but names no bucket; name one in ${annotation('accessLogBucket')}` }];
  });
}

interface Setting<Resource> {
  readonly desired: Resource;
  readonly physicalId?: string;
  readonly set: readonly Attribute[];
}

function settings<Resource>(made: readonly { readonly desired: Resource; readonly afterwards: readonly { readonly kind: string; readonly set?: unknown }[] }[]): Setting<Resource>[] {
  return made.flatMap(({ desired, afterwards }) => afterwards.filter(({ kind }) => kind === 'attributes').map(({ set }) => ({ desired, set: set as readonly Attribute[] })));
}

function changes<Resource>(mended: readonly { readonly desired: Resource; readonly physicalId: string; readonly difference: { readonly set: readonly Attribute[] } }[]): Setting<Resource>[] {
  return mended.map(({ desired, physicalId, difference }) => ({ desired, physicalId, set: difference.set }));
}

/** AWS shows all attributes that a resource has: what it shows it knows, even if this program is older than the attribute. */
function keysOf(observed: readonly Observed[], physicalId: string | undefined): ReadonlySet<string> {
  const found = observed.find((resource) => resource.physicalId === physicalId);
  if (found?.type === 'load-balancer') return new Set(found.spec.loadBalancerAttributes?.map(({ key }) => key));
  if (found?.type === 'target-group') return new Set(found.spec.targetGroupAttributes?.map(({ key }) => key));
  return new Set(found?.type === 'listener' ? found.spec.listenerAttributes?.map(({ key }) => key) : []);
}

function judge({ key, value }: Attribute, { rules, where, known }: { rules: AttributeRules; where: string; known: ReadonlySet<string> }): Finding[] {
  const rule = rules[key];
  if (rule === undefined && known.has(key)) return [];
  if (rule === undefined) return [{ code: 'UnknownAttribute', message: `${where} states ${quote(key)}, which is no attribute there; AWS has ${Object.keys(rules).join(', ') || 'none'}; correct or remove it` }];
  if (rule.accepts(value)) return [];
  return [{ code: 'InvalidAttributeValue', message: `${where}: ${key} must be ${rule.expected}, got ${quote(value)}; correct it` }];
}

/** The port of `target-group/default/web:80`. */
function portOf(id: string): string {
  return id.slice(id.lastIndexOf(':') + 1);
}
