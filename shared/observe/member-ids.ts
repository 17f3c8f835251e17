import type { LedgerItem } from '../contract/items';
import { type Stack, trackedName } from '../desired/tracking';
import { familyOf, withMark } from '../model/members';
import type { ResourceId, ResourceType, Tags } from '../model/model';

/** Something that was found in AWS. */
export interface Found {
  readonly type: ResourceType;
  readonly physicalId: string;
  readonly name: string;
  readonly tags: Tags;
}

/**
 * Ours among what was found, by physical id: the ledger's id first (by ARN, or by the name of an interrupted creation that carries our tags), else
 * the id in LBC's resource tag. Where two would have the same id, the later one is marked with the end of its ARN. Foreign ones are left out.
 */
export function memberIds(found: readonly Found[], stack: Stack, ledger: readonly LedgerItem[]): Map<string, ResourceId> {
  const inLedger = found.flatMap((item) => idInLedger(item, stack, ledger));
  const known = new Set(inLedger.map(([physicalId]) => physicalId));
  const byTag = found
    .filter(({ physicalId }) => !known.has(physicalId))
    .flatMap((item): [string, ResourceId][] => {
      const name = trackedName(stack, item.tags);
      return name === undefined ? [] : [[item.physicalId, `${item.type}/${name}`]];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return unique([...inLedger, ...byTag]);
}

function idInLedger(item: Found, stack: Stack, ledger: readonly LedgerItem[]): [string, ResourceId][] {
  const byArn = ledger.find(({ physicalId }) => physicalId === item.physicalId);
  const tracked = trackedName(stack, item.tags);
  const byName = ledger.find(({ id, type, physicalId, name }) => {
    return physicalId === undefined && type === item.type && name === item.name && tracked !== undefined && familyOf(id as ResourceId) === `${type}/${tracked}`;
  });
  const known = byArn ?? byName;
  return known ? [[item.physicalId, known.id as ResourceId]] : [];
}

function unique(ids: readonly [string, ResourceId][]): Map<string, ResourceId> {
  const taken = new Set<ResourceId>();
  const entries = ids.map(([physicalId, id]): [string, ResourceId] => {
    const free = taken.has(id) ? withMark(id, `~${physicalId.split('/').at(-1) ?? ''}`) : id;
    taken.add(free);
    return [physicalId, free];
  });
  return new Map(entries);
}
