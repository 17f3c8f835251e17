import { quote } from '../desired/text';
import { annotation } from './annotation-words';
import { madeOf, mendedOf } from './planned-writes';
import type { Finding, Preflight } from './preflight';

const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;

/** Names and tags that AWS refuses. A load balancer that is there keeps its name, so the name of one counts only when it is made. */
export function checkNames(preflight: Preflight): Finding[] {
  return [...checkLoadBalancerName(preflight), ...checkNamesakes(preflight), ...checkTags(preflight)];
}

/** AWS: CreateLoadBalancer, Name. */
function checkLoadBalancerName({ plan }: Preflight): Finding[] {
  return madeOf(plan, 'load-balancer').flatMap(({ desired: { spec } }): Finding[] => {
    if (isLegalName(spec.name)) return [];
    return [{ code: 'InvalidLoadBalancerName', message: `${annotation('name')} must have 1 to 32 letters, digits and hyphens, no hyphen at either end, and must not begin with internal-, got ${quote(spec.name)}; change it, or remove the annotation to have a name made` }];
  });
}

/** Whether AWS takes this as the name of a load balancer. */
export function isLegalName(name: string): boolean {
  return /^[0-9A-Za-z]([0-9A-Za-z-]{0,30}[0-9A-Za-z])?$/.test(name) && !name.startsWith('internal-');
}

/** One name per account and Region, of Application and Network Load Balancers alike. What is ours is observed, and nobody else's. */
function checkNamesakes({ plan, observed, answers }: Preflight): Finding[] {
  const made = new Set(madeOf(plan, 'load-balancer').map(({ desired: { spec } }) => spec.name));
  const strangers = answers.namesakes.filter(({ arn, name }) => made.has(name) && !observed.some(({ physicalId }) => physicalId === arn));
  return strangers.map(({ arn, name }) => ({ code: 'NameTaken', message: `${annotation('name')} states ${quote(name)}, which ${arn.split(':').at(-1) ?? arn} has, and it does not carry this Service's tags; name another, or remove the annotation to have a name made` }));
}

/** All tags of one resource at once; the same tags are on all of them, so each fault is told once. */
function checkTags({ plan }: Preflight): Finding[] {
  const creations = (['load-balancer', 'target-group', 'listener', 'security-group'] as const).flatMap((type) => madeOf(plan, type).map(({ tags }) => tags));
  const updates = (['load-balancer', 'target-group', 'listener', 'security-group'] as const).flatMap((type) => mendedOf(plan, type, 'tags').map(({ difference }) => difference.set));
  const faults = [...creations, ...updates].flatMap(faultsOf);
  return [...new Set(faults)].map((fault) => ({ code: 'InvalidTag', message: `${annotation('tags')} (or the setting defaultTags) ${fault}` }));
}

function faultsOf(tags: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(tags);
  const tooMany = entries.length > MAX_TAGS ? [`gives a resource ${entries.length} tags, the three that tell whose it is among them, and AWS takes ${MAX_TAGS}; state fewer`] : [];
  return [...tooMany, ...entries.flatMap(([key, value]) => faultOf(key, value) ?? [])];
}

function faultOf(key: string, value: string): string | undefined {
  if (key.toLowerCase().startsWith('aws:')) return `states the tag ${quote(key)}, but AWS keeps keys that begin with aws: for itself; rename it`;
  if (key === '' || key.length > MAX_KEY) return `states a tag whose key has ${key.length} characters (${quote(key)}), and AWS takes 1 to ${MAX_KEY}; change it`;
  if (value.length > MAX_VALUE) return `states the tag ${quote(key)} with a value of ${value.length} characters, and AWS takes ${MAX_VALUE}; shorten it`;
  return undefined;
}
