import { REASONS } from '../../shared/desired/reasons';
import { GENERATED, markdownTable } from './markdown';

/** The page of all reason codes, made from their table alone. */
export function reasonsPage(): string {
  const rows = Object.entries(REASONS).map(([code, meaning]) => [`\`${code}\``, meaning]);
  return [
    GENERATED,
    '# Reasons',
    'Each code stands as the reason of a Warning Event and of a condition. The message beside it says what was expected, what was found, where, and what to do. Codes are never renamed.',
    `${markdownTable(['Code', 'Meaning'], rows)}\n`,
  ].join('\n\n');
}
