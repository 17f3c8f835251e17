import { beforeAll, describe, expect, it } from 'vitest';
import { chanceOf } from './chance';
import { killPoints, runScenario, SCENARIOS, type KillPoint, type Scenario } from './crash-points';

/** As many kills as fit this time, at least one per scenario; `npm run crash` takes all. */
const KILLS_MS = 8000;
const WRITE = /: (?:elasticloadbalancing|ec2):(?!Describe)(\w+)$/;

describe('a kill at any call', () => {
  const points = new Map<Scenario, KillPoint[]>();
  beforeAll(async () => {
    for (const scenario of SCENARIOS) points.set(scenario, await killPoints(scenario));
  });

  it.each(SCENARIOS)('is tried where it means something: $name makes the writes it is about', (scenario) => {
    const writes = [...new Set((points.get(scenario) ?? []).flatMap(({ at }) => WRITE.exec(at)?.[1] ?? []))];
    expect(writes).toEqual(scenario.makes.length === 0 ? [] : expect.arrayContaining([...scenario.makes]));
  });

  it('is recovered from where a deletion takes its own traces away', { timeout: 60_000 }, async () => {
    const [scenario, list = []] = [...points].find(([{ name }]) => name === 'delete') ?? [];
    const last = list.filter(({ at }) => at === 'delete-load-balancer: table:delete').slice(-6);
    expect(last.length).toBe(6);
    for (const point of last) expect(scenario && (await runScenario(scenario, point)).wrong, `killed ${point.when} call ${point.call}`).toEqual([]);
  });

  it('is recovered from: a sample', { timeout: 180_000 }, async () => {
    const chance = chanceOf(1, 'kills');
    const begin = performance.now();
    let kills = 0;
    for (; kills < SCENARIOS.length || performance.now() - begin < KILLS_MS; kills += 1) {
      const scenario = SCENARIOS[kills % SCENARIOS.length] as Scenario;
      const point = chance.pick(points.get(scenario) ?? []);
      const { wrong } = await runScenario(scenario, point);
      expect(wrong, `${scenario.name}, killed ${point.when} call ${point.call} (${point.at})`).toEqual([]);
    }
    console.log(`crash points: ${kills} kills`);
  });
});
