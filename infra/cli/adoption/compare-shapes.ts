import { isPlainObject, type Plain } from '../vectors/merge-deeply';

/** One place in which two accounts differ. A side that has nothing there is null. */
export interface ShapeDifference {
  /** Members from the outside in, `loadBalancers/web/attributes/…`. */
  readonly path: string;
  readonly lbc: Plain;
  readonly ours: Plain;
}

/** All innermost places in which two shapes differ, in the order of their paths. */
export function compareShapes(lbc: Plain | undefined, ours: Plain | undefined, path = ''): ShapeDifference[] {
  if (isPlainObject(lbc) && isPlainObject(ours)) {
    const names = [...new Set([...Object.keys(lbc), ...Object.keys(ours)])].sort();
    return names.flatMap((name) => compareShapes(lbc[name], ours[name], path === '' ? name : `${path}/${name}`));
  }
  return JSON.stringify(lbc) === JSON.stringify(ours) ? [] : [{ path, lbc: lbc ?? null, ours: ours ?? null }];
}
