import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { answerVector } from '../infra/cli/vector-answers';
import { readVector } from '../infra/cli/vectors/read-vector';
import { REASONS } from '../shared/desired/reasons';

/**
 * Every case is computed from its inputs and compared with what LBC 3.5 itself computed (README of the vectors). What is not supported
 * yet is counted by kind and said aloud; a difference needs a line in differences.yaml, a refusal the right reason code (reasons.yaml).
 */
const VECTORS = join(import.meta.dirname, 'vectors');
const KINDS = ['service', 'ingress'] as const;

interface Expected {
  readonly error?: string;
  readonly model?: { readonly resources: Record<string, unknown> };
  readonly [key: string]: unknown;
}

const readYaml = (file: string): unknown => parse(readFileSync(join(VECTORS, file), 'utf8'));
const reasons = readYaml('reasons.yaml') as Record<string, string[]>;
const differences = readYaml('differences.yaml') as Record<string, string>;
const isDifferent = (file: string): boolean => Object.keys(differences).some((name) => (name.endsWith('*.yaml') ? file.startsWith(name.slice(0, -'*.yaml'.length)) : name === file));

const pending = new Map<string, number>();
const passed = new Map<string, number>();
const count = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);

/** Whether LBC's text is one of those that our code answers. */
const answers = (code: string, text: string): boolean => (reasons[code] ?? []).some((pattern) => new RegExp(pattern, 's').test(text));

/** What has to be equal. A refusal becomes LBC's own text where our code answers it, so that a failure shows both. */
function comparable(answer: Record<string, unknown>, expected: Expected): { computed: unknown; wanted: unknown } {
  const { panic: _, ...wanted } = expected;
  const { FrontendNLBTargetGroup: __, ...resources } = expected.model?.resources ?? {};
  const { code } = (answer.error ?? {}) as { code?: string };
  const error = code !== undefined && expected.error !== undefined && answers(code, expected.error) ? { error: expected.error } : {};
  return { computed: { ...answer, ...error }, wanted: { ...wanted, ...(expected.model && { model: { ...expected.model, resources } }) } };
}

describe.each(KINDS)('%s vectors', (kind) => {
  it.for(globSync(`${kind}/**/*.yaml`, { cwd: VECTORS }).sort())('answers %s as LBC does', async (file, { skip }) => {
    const answer = await answerVector(readVector(join(VECTORS, file)));
    if (typeof answer.pending === 'string') {
      count(pending, answer.pending);
      skip(`pending: ${answer.pending}`);
    }
    const { computed, wanted } = comparable(answer, (readYaml(file) as { expected: Expected }).expected);
    const isEqual = isDeepStrictEqual(computed, wanted);
    // A difference that was decided on must be there; the comparison of the values is for the reader of a failure.
    expect(isDifferent(file) ? { isEqual } : computed).toEqual(isDifferent(file) ? { isEqual: false } : wanted);
    count(passed, kind);
  });
});

afterAll(() => {
  const lines = [...passed].map(([name, number]) => `${name}: ${number} answered`).concat([...pending].map(([name, number]) => `pending ${name}: ${number}`));
  console.log(`vectors: ${lines.join(', ')}`);
});

describe('what is decided about the vectors', () => {
  it('knows a text of LBC, or says that there is none, for every reason to refuse', () => {
    const warnings = ['UnknownAnnotation', 'PortShadowed', 'EmptyPrefixLists', 'UnusedQuicPort', 'QuicServerIdsNotGiven', 'IgnoredAnnotationValue'];
    expect(Object.keys(REASONS).filter((code) => !warnings.includes(code) && reasons[code] === undefined)).toEqual([]);
    expect(Object.keys(reasons).filter((code) => !(code in REASONS))).toEqual([]);
  });

  it('lists few differences, each with a reason', () => {
    const files = globSync('service/**/*.yaml', { cwd: VECTORS });
    expect(files.filter(isDifferent).length / files.length).toBeLessThan(0.02);
    expect(Object.values(differences).filter((why) => why.length < 40)).toEqual([]);
  });
});
