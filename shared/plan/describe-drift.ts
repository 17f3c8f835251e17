import type { Change, Difference } from './change';
import { describeDifference } from './describe-change';
import { nameOf } from './make-plan';

/** One way in which AWS had left what the manifest says, which had not changed. */
export interface Drift {
  readonly resource: string;
  readonly manifest: string;
  readonly observed: string;
  readonly done: string;
}

/**
 * The drift that a plan mends, given that its manifest is the one that was applied before: what differs then was changed by somebody else. What only waited for a healthy
 * successor, and notes for the ledger, are none.
 */
export function describeDrift(changes: readonly Change[]): Drift[] {
  return changes.flatMap((change): Drift[] => {
    switch (change.action) {
      case 'create':
        return [{ resource: `${change.desired.type} ${nameOf(change.desired)}`, manifest: 'exists', observed: 'gone', done: 'made again' }];
      case 'replace':
        return change.reasons.map((reason) => ({ resource: `${change.desired.type} ${change.old.name}`, ...sidesOf(reason), done: 'replaced' }));
      case 'update':
        return change.differences.map((difference) => ({ resource: `${change.desired.type} ${nameOf(change.desired)}`, ...sidesOf(difference), done: 'put back' }));
      case 'delete':
        return change.when === 'now' ? [{ resource: `${change.type} ${change.name}`, manifest: 'does not exist', observed: 'is there', done: 'deleted' }] : [];
      default:
        return [];
    }
  });
}

/** What stands on either side, as far as the difference tells. */
function sidesOf(difference: Difference): Pick<Drift, 'manifest' | 'observed'> {
  switch (difference.kind) {
    case 'tags':
      return { manifest: pairs(Object.entries(difference.set)) || 'no further tags', observed: difference.remove.length > 0 ? `further tags ${difference.remove.join(', ')}` : 'other or no values' };
    case 'attributes':
      return { manifest: pairs(difference.set.map(({ key, value }) => [key, value])), observed: pairs(difference.from.map(({ key, value }) => [key, value])) || 'not set' };
    case 'healthCheck': {
      const seen = new Map<string, unknown>(Object.entries(difference.from));
      const wanted = Object.entries(difference.to).filter(([field, value]) => JSON.stringify(seen.get(field)) !== JSON.stringify(value));
      return { manifest: pairs(wanted.map(([field, value]) => [field, text(value)])), observed: pairs(wanted.map(([field]) => [field, text(seen.get(field))])) };
    }
    case 'ingress':
      return { manifest: `${difference.authorize.length} rules that were missing`, observed: `${difference.revoke.length} rules that are not stated (${describeDifference(difference)})` };
    case 'certificates':
      return { manifest: difference.add.join(', ') || 'no further certificates', observed: difference.remove.join(', ') || 'missing' };
    case 'listener':
    case 'binding':
      return { manifest: `${difference.fields.join(', ')} as stated`, observed: `other ${difference.fields.join(', ')}` };
    case 'subnets':
      return { manifest: difference.to.map(({ subnetID }) => subnetID).sort(byText).join(', '), observed: difference.from.map(({ subnetID }) => subnetID).sort(byText).join(', ') };
    case 'securityGroups':
      return { manifest: text(difference.to), observed: text(difference.from) };
    default:
      return { manifest: text(difference.to), observed: text(difference.from) };
  }
}

const byText = (a: string, b: string) => (a < b ? -1 : 1);
const pairs = (entries: readonly (readonly [string, string])[]) => entries.map((pair) => pair.join('=')).join(', ');
const text = (value: unknown) => (value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value));
