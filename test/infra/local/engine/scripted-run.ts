import type { StateMachineDefinition } from '../../../../infra/states-language';
import { workflowDefinition } from '../../../../infra/workflow';
import { drivenClock } from '../../../../infra/local/clock';
import { drivenInterpreter } from '../../../../infra/local/engine/driven-interpreter';
import { libraryInterpreter } from '../../../../infra/local/engine/library-interpreter';
import type { Interpreter, Run, RunOutcome, TaskAnswer, TraceEvent } from '../../../../infra/local/engine/trace';
import { STATES, type StateName } from '../../../../shared/contract/steps';
import { seededRandom } from '../../../../infra/local/seeded-random';
import { passTime } from '../../../contracts/driven-aws';

export const arns = Object.fromEntries(STATES.map((name) => [name, `arn:aws:lambda:eu-west-1:123456789012:function:${name}`])) as Record<StateName, string>;
export const definition = workflowDefinition(arns);
export const input = { v: 1, key: 'svc#prod#default/web', gen: 3 };

/** What a function does at its nth call: an error's name, or an answer. `hang` never answers. The last entry stays. */
export type Script = Partial<Record<StateName, readonly (string | object)[]>>;

const answers: Record<StateName, object> = {
  AcquireLease: { fence: 1, runGen: 3, pass: 1 },
  ResolveSubnets: { outcome: 'resolved' },
  MakePlan: { outcome: 'apply', planId: 'p1' },
  CreateLoadBalancer: { more: false },
  RegisterTargets: {},
  AddSecurityGroupRules: {},
  ReportStatus: {},
  WaitForHealthy: { health: 'healthy' },
  CollectGarbage: {},
  DeleteLoadBalancer: { more: false },
  ReleaseLease: { outcome: 'released' },
};

export interface Played {
  readonly trace: readonly TraceEvent[];
  readonly outcome: RunOutcome;
}

/** Plays a script with one interpreter; `time` lets time pass until the run has ended. */
async function play(interpreter: Interpreter, script: Script, { from, machine = definition, time }: { from?: Run['from']; machine?: StateMachineDefinition; time: (running: Promise<RunOutcome>) => Promise<void> }): Promise<Played> {
  const trace: TraceEvent[] = [];
  const calls = new Map<string, number>();
  const call = async (resource: string): Promise<TaskAnswer> => {
    const name = resource.split(':').at(-1) as StateName;
    const count = calls.get(name) ?? 0;
    calls.set(name, count + 1);
    const entries = script[name] ?? [];
    const entry = entries[Math.min(count, entries.length - 1)] ?? answers[name];
    if (entry === 'hang') return new Promise(() => undefined);
    return typeof entry === 'string' ? { failure: { error: entry, cause: `because of ${entry}` } } : { output: entry };
  };
  const running = interpreter({
    definition: machine,
    from: from ?? { state: machine.StartAt, input, isAgain: false },
    context: { Execution: { Id: 'arn:execution', Name: 'n', Input: input, StartTime: '2026-01-01T00:00:00.000Z' }, StateMachine: { Id: 'arn:machine', Name: 'm' } },
    call,
    record: (event) => void trace.push(structuredClone(event)),
    signal: new AbortController().signal,
  });
  await time(running);
  return { trace, outcome: await running };
}

export type Options = { from?: Run['from']; machine?: StateMachineDefinition };

/** On a driven clock: hours pass at once. */
export async function playDriven(script: Script, options: Options = {}): Promise<Played & { elapsedMs: number }> {
  const clock = drivenClock();
  const began = clock.now();
  const played = await play(drivenInterpreter({ clock, random: seededRandom(7), factor: 1 }), script, {
    ...options,
    async time(running) {
      let isDone = false;
      void running.then(() => (isDone = true));
      await passTime(clock, 0);
      while (!isDone && clock.nextTimer() !== undefined) await passTime(clock, (clock.nextTimer() ?? 0) - clock.now());
    },
  });
  return { ...played, elapsedMs: clock.now() - began };
}

/** By the library, with real but tiny delays; a Task may take 750 ms. */
export function playLibrary(script: Script, options: Options = {}): Promise<Played> {
  return play(libraryInterpreter({ factor: 1e-6, timeoutFactor: 0.01 }), script, { ...options, time: () => Promise.resolve() });
}

/** The states in the order in which they were entered; tries in brackets if there were several. */
export function pathOf({ trace }: Played): string {
  const visits: { state: string; tries: number }[] = [];
  for (const event of trace) {
    if (event.type === 'entered') visits.push({ state: event.state, tries: 0 });
    const last = visits.at(-1);
    if (event.type === 'task-scheduled' && last !== undefined) last.tries += 1;
  }
  return visits.map(({ state, tries }) => (tries > 1 ? `${state}(${tries})` : state)).join(' ');
}
