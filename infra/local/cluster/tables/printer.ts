import type { Column } from '../kinds/kind';
import type { KubeObject } from '../kube-object';

/** How one kind looks in `kubectl get`. */
export interface Printer {
  readonly columns: readonly Column[];
  /** One value per column. `now` in milliseconds, for ages. */
  readonly cells: (object: KubeObject, now: number) => unknown[];
}

/** Columns from a compact form: `Name Age`, wide ones with a `+`, numbers with a `#`. An underscore stands for a space. */
export function columns(text: string): Column[] {
  return text.split(/\s+/).map((word) => {
    const name = word.replaceAll(/[+#]/g, '').replaceAll('_', ' ');
    return { name, type: word.includes('#') ? 'integer' : 'string', format: name === 'Name' ? 'name' : '', description: '', priority: word.includes('+') ? 1 : 0 };
  });
}

/** `a=1,b=2`, or `<none>`. */
export function formatLabels(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`).sort();
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

/** Joined by commas, or `<none>`. */
export function joined(values: readonly string[]): string {
  return values.length === 0 ? '<none>' : values.join(',');
}
