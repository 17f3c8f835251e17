import { PASS_REASONS } from '../../shared/contract/pass-reasons';
import { REASONS } from '../../shared/desired/reasons';
import { GENERATED, markdownTable } from './markdown';

/** The page of all reason codes, made from their tables alone. */
export function reasonsPage(): string {
  return [
    GENERATED,
    '# Reasons',
    'Each code stands as the reason of a Warning Event and of a condition. The message beside it says what was expected, what was found, where, and what to do. Codes are never renamed.',
    '## What stands in the way of a model or a plan',
    tableOf(REASONS),
    '## What comes up while a plan is judged and carried out',
    tableOf(PASS_REASONS),
    'Besides, an error that is neither a person\'s mistake nor passes by itself is told under the name of the step that it stopped, as `CreateLoadBalancerFailed` or `SyncTargetsFailed`: the [runbook](runbook.md) says how to go on.\n',
  ].join('\n\n');
}

function tableOf(reasons: Readonly<Record<string, string>>): string {
  return markdownTable(['Code', 'Meaning'], Object.entries(reasons).map(([code, meaning]) => [`\`${code}\``, meaning]));
}
