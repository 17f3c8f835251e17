import type { Observed, Resource, ResourceId, ResourceType } from './model';

/** A desired resource of one type. */
export type Desired<Type extends ResourceType> = Extract<Resource, { type: Type }>;
/** An observed resource of one type. */
export type Seen<Type extends ResourceType> = Extract<Observed, { type: Type }>;

/*
 * Several AWS resources can stand behind one desired resource for a while: one that is replaced and its successor. They are members of
 * one family. The first has the plain id; others carry a mark behind it: `target-group/default/web:80~2` (generation 2, from the ledger),
 * `…~6d0ecf831eec9f09` (one that only its tags told us about). Listeners carry the mark of their load balancer, bindings that of their target group.
 */
const MARK = /~[^~/:]+$/;

/** The id without its mark: that of the desired resource. */
export function familyOf(id: ResourceId): ResourceId {
  return id.replace(MARK, '') as ResourceId;
}

/** The mark of an id with its `~`; empty for the plain id. */
export function markOf(id: string): string {
  return MARK.exec(id)?.[0] ?? '';
}

/** The id of a family's member. */
export function withMark(id: ResourceId, mark: string): ResourceId {
  return `${familyOf(id)}${mark}` as ResourceId;
}

/** The mark of the next generation: one more than the highest in these ids, whatever became of them. */
export function nextMark(family: ResourceId, ids: readonly string[]): string {
  const generations = ids.filter((id) => familyOf(id as ResourceId) === family).map((id) => /^~(\d{1,6})$/.exec(markOf(id))?.[1]);
  return `~${Math.max(0, ...generations.map((generation) => Number(generation ?? 0))) + 1}`;
}
