import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { DECIDED_DIFFERENCES } from './decided-differences';
import { GENERATED, markdownTable } from './markdown';

const DECIDED = resolve(import.meta.dirname, '../../test/vectors/differences.yaml');

/** The page of what we do on purpose otherwise than LBC 3.5, made from the list that the vectors are compared with. */
export function differencesPage(): string {
  const differences = parse(readFileSync(DECIDED, 'utf8')) as Readonly<Record<string, string>>;
  const rows = Object.entries(differences).map(([file, why]) => [`\`${file}\``, why]);
  return [
    GENERATED,
    '# Differences from LBC 3.5',
    'Models, names, tags and rules are those of the AWS Load Balancer Controller (LBC) 3.5, case by case. Where LBC has a defect, we do what users need instead:',
    markdownTable(['Case', 'What we do, and why'], rows),
    '## In the life of a load balancer',
    `${markdownTable(['Topic', 'What we do, and why'], DECIDED_DIFFERENCES.map((row) => [...row]))}\n`,
  ].join('\n\n');
}
