import type { AccountShape } from '../adoption/account-shape';
import type { ServiceName } from '../approve-plan';
import type { Plain } from '../vectors/merge-deeply';
import { isPlainObject } from '../vectors/merge-deeply';

const shown = (value: Plain | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** An account without what carries the Service's tags, or those of a shared backend group: an environment may hold such, and they go with the Service. */
export function withoutStack(shape: AccountShape, { namespace, name }: ServiceName): AccountShape {
  const marks = [`service.k8s.aws/stack=${namespace}/${name}`, 'elbv2.k8s.aws/resource=backend-sg'];
  const isForeign = ([, resource]: [string, Plain | undefined]) => !tagsOf(resource).some((tag) => marks.includes(tag));
  return Object.fromEntries(Object.entries(shape).map(([kind, resources]) => [kind, isPlainObject(resources) ? Object.fromEntries(Object.entries(resources).filter(isForeign)) : resources]));
}

/** `key=value`, whichever way the API tells tags. */
function tagsOf(resource: Plain | undefined): string[] {
  if (!isPlainObject(resource)) return [];
  const pairs = isPlainObject(resource['tags']) ? Object.entries(resource['tags']).map(([key, value]) => `${key}=${shown(value)}`) : [];
  const list: readonly Plain[] = Array.isArray(resource['Tags']) ? (resource['Tags'] as readonly Plain[]) : [];
  return [...pairs, ...list.flatMap((tag) => (isPlainObject(tag) ? [`${shown(tag['Key'])}=${shown(tag['Value'])}`] : []))];
}
