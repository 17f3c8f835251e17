import { Command } from 'commander';
import { FUNCTIONS } from '../../infra/deployed-functions';
import { beyond } from './budgets';
import { buildBundles, measureBundles } from './bundles';
import { LBC, SOURCE } from './lbc-figures';
import { measurePureTimes } from './pure-times';
import { brokenBudgets, formatReport, ratioOf, type Report } from './report';
import { adoption, deletionAtOnce, lifeOfOnePort, lifeOfPorts, restart, type Scenario } from './scenarios';

interface Options {
  readonly json?: boolean;
  readonly bundles: boolean;
  readonly runs: string;
}

const program = new Command('bench')
  .description("Calls, times and bundle sizes beside LBC's figures, measured in one run. Exit code 1 where a budget is broken.")
  .option('--json', 'one JSON document instead of tables')
  .option('--no-bundles', 'leave the bundles out, which take most of the time')
  .option('--runs <n>', 'how often each piece of pure code is timed', '100')
  .action(async ({ json = false, bundles, runs }: Options) => {
    const report: Report = { times: measurePureTimes({ runs: readRuns(runs) }), scenarios: await measureScenarios(), bundles: bundles ? measureBundles(await buildBundles(FUNCTIONS)) : [] };
    console.log(json ? JSON.stringify(asDocument(report), undefined, 2) : formatReport(report));
    if (brokenBudgets(report).length > 0) process.exitCode = 1;
  });

function readRuns(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs: expected a whole number above 0, found ${text}`);
  return runs;
}

/** One after the other: functions have one set of clients per process. */
async function measureScenarios(): Promise<Scenario[]> {
  const measured: Scenario[] = [];
  for (const scenario of [lifeOfOnePort, deletionAtOnce, adoption, restart, () => lifeOfPorts(3), () => lifeOfPorts(50)]) measured.push(...(await scenario()));
  return measured;
}

function asDocument(report: Report) {
  const { scenarios, times, bundles } = report;
  const rows = scenarios.map((scenario) => ({ ...scenario, steps: undefined, ratio: ratioOf(scenario), broken: beyond(scenario.budget, scenario.counts) }));
  return { source: SOURCE, figures: LBC, scenarios: rows, times, bundles, broken: brokenBudgets(report) };
}

await program.parseAsync();
