import * as z from 'zod';

/**
 * A key names one unit of work (architecture: Keys). `cluster` is our own id of a registered cluster. Grammar:
 *
 *     svc#<cluster>#<namespace>/<name>      one Service
 *     ing#<cluster>#<group>                 an explicit Ingress group (its name holds no slash)
 *     ing#<cluster>#<namespace>/<name>      one Ingress, its own group
 *     gw#<cluster>#<namespace>/<name>       one Gateway
 *     tg#<cluster>#<namespace>/<name>       one TargetGroupBinding
 *     backend#<cluster>#<vpc>               the shared backend security group
 *     sg#<groupId>                          our rules on one node or pod security group
 */
export type Key =
  | { readonly kind: 'svc' | 'ing' | 'gw' | 'tg'; readonly cluster: string; readonly namespace: string; readonly name: string }
  | { readonly kind: 'ing-group'; readonly cluster: string; readonly group: string }
  | { readonly kind: 'backend'; readonly cluster: string; readonly vpc: string }
  | { readonly kind: 'sg'; readonly groupId: string };

/** Our id of a cluster: what `stepbalancer cluster add` accepts. */
export const ClusterId = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'a cluster id is 1 to 40 characters of a-z, 0-9 and inner hyphens');

const DNS_NAME = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';
const OBJECT = new RegExp(`^(svc|ing|gw|tg)#([a-z0-9-]{1,40})#(${DNS_NAME})/(${DNS_NAME})$`);
const GROUP = new RegExp(`^ing#([a-z0-9-]{1,40})#(${DNS_NAME})$`);
const BACKEND = /^backend#([a-z0-9-]{1,40})#(vpc-[0-9a-f]+)$/;
const SECURITY_GROUP = /^sg#(sg-[0-9a-f]+)$/;

/** The text of a key. `parseKey(formatKey(key))` is `key`. */
export function formatKey(key: Key): string {
  switch (key.kind) {
    case 'ing-group':
      return `ing#${key.cluster}#${key.group}`;
    case 'backend':
      return `backend#${key.cluster}#${key.vpc}`;
    case 'sg':
      return `sg#${key.groupId}`;
    default:
      return `${key.kind}#${key.cluster}#${key.namespace}/${key.name}`;
  }
}

/** Reads the text of a key. Throws an Error that names the grammar when it is none. */
export function parseKey(text: string): Key {
  const object = OBJECT.exec(text);
  if (object) return { kind: object[1] as 'svc' | 'ing' | 'gw' | 'tg', cluster: object[2] ?? '', namespace: object[3] ?? '', name: object[5] ?? '' };
  const group = GROUP.exec(text);
  if (group) return { kind: 'ing-group', cluster: group[1] ?? '', group: group[2] ?? '' };
  const backend = BACKEND.exec(text);
  if (backend) return { kind: 'backend', cluster: backend[1] ?? '', vpc: backend[2] ?? '' };
  const securityGroup = SECURITY_GROUP.exec(text);
  if (securityGroup) return { kind: 'sg', groupId: securityGroup[1] ?? '' };
  throw new Error(`not a key: expected svc#<cluster>#<namespace>/<name>, ing#…, gw#…, tg#…, backend#<cluster>#<vpc> or sg#<groupId>, got ${JSON.stringify(text.slice(0, 120))}`);
}

/** A key as it travels in messages and state: text, checked. */
export const KeyText = z.string().max(600).refine(isKey, 'not a key');

/** Whether the text is a key. */
export function isKey(text: string): boolean {
  try {
    parseKey(text);
    return true;
  } catch {
    return false;
  }
}

/** The cluster that a key belongs to; a security group belongs to all of them. */
export function clusterOf(key: Key): string | undefined {
  return key.kind === 'sg' ? undefined : key.cluster;
}

/** Which lane works on a key: the state machine, or the FIFO queue of the target lane (architecture: Two lanes). */
export function laneOf(key: Key): 'workflow' | 'targets' {
  return key.kind === 'tg' || key.kind === 'sg' || key.kind === 'backend' ? 'targets' : 'workflow';
}
