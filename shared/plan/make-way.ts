import type { Observed } from '../model/model';
import type { Change } from './change';

const OVER_STREAMS = new Set(['TCP', 'TLS']);

/**
 * The same changes, where a load balancer becomes dualstack: AWS refuses that while a listener over UDP is on it without source NAT by prefixes, so listeners that are to go, or to
 * change to another protocol, do so first.
 */
export function makeWay(changes: readonly Change[], observed: readonly Observed[]): Change[] {
  const at = changes.findIndex(becomesDualstack);
  if (at < 0) return [...changes];
  const datagrams = new Set(observed.flatMap((resource) => (resource.type === 'listener' && !OVER_STREAMS.has(resource.spec.protocol) ? [resource.physicalId] : [])));
  const inTheWay = (change: Change) => (change.action === 'delete' && datagrams.has(change.physicalId)) || (change.action === 'update' && datagrams.has(change.physicalId) && change.desired.type === 'listener' && OVER_STREAMS.has(change.desired.spec.protocol));
  const stays = (change: Change) => !inTheWay(change);
  return [...changes.slice(0, at).filter(stays), ...changes.filter(inTheWay), ...changes.slice(at).filter(stays)];
}

function becomesDualstack(change: Change): boolean {
  if (change.action !== 'update' || change.desired.type !== 'load-balancer') return false;
  return change.differences.some((difference) => (difference.kind === 'ipAddressType' && difference.to !== 'ipv4') || (difference.kind === 'subnets' && difference.ipAddressType !== undefined && difference.ipAddressType !== 'ipv4'));
}
