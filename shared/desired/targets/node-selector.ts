import type { TargetGroupBinding } from '../../model/kubernetes';

type Selector = TargetGroupBinding['spec']['nodeSelector'];
type Requirement = NonNullable<NonNullable<Selector>['matchExpressions']>[number];

/** Whether labels satisfy a Kubernetes label selector; none selects everything. The selector must be free of faults. */
export function matchesSelector(labels: Readonly<Record<string, string>>, selector: Selector): boolean {
  const equal = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector?.matchExpressions ?? []).every((requirement) => matchesRequirement(labels, requirement));
}

/** What is wrong with a label selector, in words; undefined where nothing is. */
export function selectorFault(selector: Selector): string | undefined {
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    if (!['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator)) return `operator of ${key} must be one of In, NotIn, Exists, DoesNotExist, got ${JSON.stringify(operator)}`;
    const takesValues = operator === 'In' || operator === 'NotIn';
    if (takesValues && values.length === 0) return `operator ${operator} of ${key} needs at least one value, got none`;
    if (!takesValues && values.length > 0) return `operator ${operator} of ${key} takes no values, got ${values.join(', ')}`;
  }
  return undefined;
}

function matchesRequirement(labels: Readonly<Record<string, string>>, { key, operator, values = [] }: Requirement): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
