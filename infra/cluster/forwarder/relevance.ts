import { type ApiResource, RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { ESSENCES, type Essence } from '../../../shared/events/essence';

/** One resource that the forwarder follows. */
export interface FollowedResource {
  readonly resource: ApiResource;
  readonly essence: Essence;
}

/** What the forwarder follows, and resync compares: the same. */
export const FOLLOWED: readonly FollowedResource[] = ESSENCES.map((essence) => ({ essence, resource: resourceOf(essence) }));

function resourceOf({ group, resource }: Essence): ApiResource {
  const found = Object.values(RESOURCES).find((candidate) => candidate.group === group && candidate.plural === resource);
  if (!found) throw new Error(`expected the resource ${resource} of group ${group} among those of the client, found none`);
  return found;
}
