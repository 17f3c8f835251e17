import { isFields } from '../kube-object';

/** A JSON merge patch: null removes, objects merge, anything else replaces. Source: RFC 7396. */
export function mergeJson(value: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Record<string, unknown> = isFields(value) ? { ...value } : {};
  for (const [name, inner] of Object.entries(patch)) {
    if (inner === null) delete merged[name];
    else merged[name] = mergeJson(merged[name], inner);
  }
  return merged;
}
