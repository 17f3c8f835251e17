import { Command } from 'commander';
import { killPoints, runScenario, SCENARIOS } from './crash-points';

const program = new Command('crash')
  .description('Kills the work of each scenario at every single AWS, DynamoDB and Kubernetes call, before and after it took effect; each must recover by itself. Exit code 1 where one does not.')
  .option('--only <scenario>', 'this scenario alone')
  .option('--every <n>', 'only every nth point', '1')
  .option('--offset <n>', 'beginning with this one', '0');

const { only, every, offset } = program.parse().opts<{ only?: string; every: string; offset: string }>();
let failures = 0;
for (const scenario of SCENARIOS.filter(({ name }) => only === undefined || name === only)) {
  const all = await killPoints(scenario);
  const chosen = all.filter((_, index) => index % Number(every) === Number(offset));
  let recovered = 0;
  for (const point of chosen) {
    const { wrong } = await runScenario(scenario, point);
    if (wrong.length === 0) recovered += 1;
    else console.log(`${scenario.name}: killed ${point.when} call ${point.call} (${point.at}): ${wrong.slice(0, 3).join('; ').slice(0, 400)}`);
  }
  failures += chosen.length - recovered;
  console.log(`${scenario.name}: ${all.length} kill points, ${chosen.length} tried, ${recovered} recovered`);
}
process.exit(failures > 0 ? 1 : 0);
