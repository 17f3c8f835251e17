import { beyond } from './budgets';
import type { BundleMeasure } from './bundles';
import { formatBundles, median } from './bundles';
import { formatTable } from './format-table';
import { SOURCE } from './lbc-figures';
import type { PureTime } from './pure-times';
import type { Scenario } from './scenarios';

/** Everything that one run has measured. */
export interface Report {
  readonly scenarios: readonly Scenario[];
  readonly times: readonly PureTime[];
  readonly bundles: readonly BundleMeasure[];
}

/** What was spent beyond its budget, one line per scenario; empty where all were kept. */
export function brokenBudgets({ scenarios }: Report): string[] {
  return scenarios.flatMap(({ name, ports, budget, counts }) => {
    const excess = beyond(budget, counts);
    return excess.length === 0 ? [] : [`${name}, ${portsText(ports)}: ${excess.join('; ')}`];
  });
}

/** Calls of ours as a share of LBC's; undefined where LBC makes none, or nobody knows. */
export function ratioOf({ counts, lbc }: Pick<Scenario, 'counts' | 'lbc'>): number | undefined {
  const theirs = lbc ? lbc.reads + lbc.writes : 0;
  return theirs === 0 ? undefined : (counts.reads + counts.writes) / theirs;
}

/** The report as a person reads it. */
export function formatReport(report: Report): string {
  return [
    title('Calls to ELBv2 and EC2'),
    formatCalls(report.scenarios),
    'wait: reads made only to wait, which LBC does not do. ≈ computed from the recorded order of calls, not recorded. ✔ the budget is kept.',
    SOURCE,
    ...notesOf(report.scenarios),
    title('What else a scenario costs'),
    formatOthers(report.scenarios),
    title('Time of each function, local AWS and cluster in the same process'),
    formatStates(report.scenarios),
    title('Time of the pure code'),
    formatTimes(report.times),
    ...(report.bundles.length > 0 ? [title('Bundles; import as a multiple of a Node process that does nothing'), formatBundles(report.bundles)] : []),
    ...verdict(report),
  ].join('\n');
}

const title = (text: string) => `\n${text}\n`;
const portsText = (ports: number) => `${ports} port${ports === 1 ? '' : 's'}`;

function formatCalls(scenarios: readonly Scenario[]): string {
  const rows = scenarios.map((scenario) => {
    const { name, ports, counts, lbc, budget } = scenario;
    const ratio = ratioOf(scenario);
    const about = lbc?.from === 'computed' ? '≈' : '';
    const theirs = lbc ? [`${about}${lbc.reads}`, `${about}${lbc.writes}`, lbc.refused ? String(lbc.refused) : ''] : ['–', '–', ''];
    return [name, String(ports), String(counts.reads), String(counts.writes), String(counts.refused), String(counts.polls), ...theirs, ratio === undefined ? '' : `${about}${ratio.toFixed(2)}`, beyond(budget, counts).length === 0 ? '✔' : '✘'];
  });
  return formatTable(['', 'ports', 'reads', 'writes', 'refused', 'wait', 'LBC reads', 'writes', 'refused', 'ours/LBC', 'budget'], rows);
}

function notesOf(scenarios: readonly Scenario[]): string[] {
  return scenarios.flatMap(({ name, ports, lbc }) => (lbc?.note === undefined || ports > 1 ? [] : [`  LBC, ${name}: ${lbc.note}`]));
}

function formatOthers(scenarios: readonly Scenario[]): string {
  const rows = scenarios.map(({ name, ports, counts, kubernetes, seconds }) => [name, String(ports), String(counts.tagging), String(counts.table), String(counts.states), String(counts.lane), String(kubernetes), `${seconds} s`]);
  return formatTable(['', 'ports', 'tagging API', 'DynamoDB', 'states', 'target lane', 'Kubernetes', 'world time'], rows);
}

/** Every call of a function in any scenario, 1 port beside 50: the median, because the first ones warm up. */
function formatStates(scenarios: readonly Scenario[]): string {
  const sizes = [...new Set(scenarios.map(({ ports }) => ports))].sort((a, b) => a - b);
  const timesOf = (state: string, size: number) => scenarios.filter(({ ports }) => ports === size).flatMap(({ steps }) => steps.filter((step) => step.state === state).map(({ ms }) => ms));
  const states = [...new Set(scenarios.flatMap(({ steps }) => steps.map(({ state }) => state)))];
  const cell = (times: readonly number[]) => (times.length === 0 ? '' : `${median(times).toFixed(1)} ms`);
  return formatTable(['', ...sizes.map(portsText)], states.map((state) => [state, ...sizes.map((size) => cell(timesOf(state, size)))]));
}

function formatTimes(times: readonly PureTime[]): string {
  const rows = times.map(({ what, size, unit, medianMs, spreadMs: [low, high], ratio }) => [what, size === 1 ? `1 ${unit.slice(0, -1)}` : `${size} ${unit}`, `${medianMs.toFixed(2)} ms`, `${low.toFixed(2)} to ${high.toFixed(2)}`, `${ratio.toFixed(1)} x`]);
  return formatTable(['', 'size', 'median', '10th to 90th of 100', 'to the smaller'], rows);
}

function verdict(report: Report): string[] {
  const broken = brokenBudgets(report);
  if (broken.length === 0) return ['', `All ${report.scenarios.length} budgets are kept.`];
  return ['', `${broken.length} of ${report.scenarios.length} budgets are broken:`, ...broken.map((line) => `  ${line}`)];
}
