import type { Plain, PlainObject } from '../vectors/merge-deeply';
import { isPlainObject } from '../vectors/merge-deeply';

/** An environment in which target groups that the objects name by ARN, and a backend security group that the settings name, exist. */
export function withNamedGroups(environment: PlainObject, objects: unknown): PlainObject {
  const arns = new Set([...JSON.stringify(objects).matchAll(/arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[A-Za-z0-9-]+\/[0-9a-f]{16}/g)].map(([arn]) => arn));
  const { settings } = environment;
  const configured = isPlainObject(settings) ? settings['backendSecurityGroup'] : undefined;
  const groups = typeof configured === 'string' && configured !== '' ? [{ id: configured, name: 'configured-backend' }] : [];
  return {
    ...environment,
    targetGroups: added(environment['targetGroups'], [...arns].map((arn) => ({ arn, name: arn.split('/')[1] ?? '', protocol: 'TCP', port: 80 })), 'arn'),
    securityGroups: added(environment['securityGroups'], groups, 'id'),
  };
}

function added(list: Plain | undefined, more: readonly PlainObject[], key: string): readonly Plain[] {
  const present: readonly Plain[] = Array.isArray(list) ? (list as readonly Plain[]) : [];
  const known = new Set(present.map((item) => (isPlainObject(item) ? item[key] : undefined)));
  return [...present, ...more.filter((item) => !known.has(item[key]))];
}
