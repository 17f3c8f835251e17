import type { ChoiceRule, ChoiceState, Retrier, State, TaskState } from '../../states-language';
import type { World } from '../aws/operation';
import { fillTemplate, readPath, writePath, type Scope } from './reference-path';
import { StatesFailure, statesErrorOf, UNCATCHABLE } from './states-failure';
import type { Interpreter, Run, RunOutcome, StatesError, TaskAnswer } from './trace';

type Time = Pick<World, 'clock' | 'random' | 'factor'>;

/** Where a state leads, and with what. No `next`: the end. */
interface Step {
  readonly next: string | undefined;
  readonly output: unknown;
}

/**
 * The part of the States Language that our definition uses, on a given clock and source of chance: with driven ones every run is repeatable.
 * AWS: "Amazon States Language", "Input and output processing", "Handling errors".
 */
export function drivenInterpreter(time: Time): Interpreter {
  return async (run) => {
    let { state, input } = run.from;
    for (let isFirst = true; ; isFirst = false) {
      const definition = run.definition.States[state];
      if (definition === undefined) return { failure: { error: 'States.Runtime', cause: `There is no state ${state}` } };
      run.record({ type: 'entered', state, input, ...(isFirst && run.from.isAgain && { isAgain: true }) });
      const step = await runState(time, run, { name: state, definition, input });
      if ('failure' in step) return step;
      run.record({ type: 'exited', state, output: step.output, next: step.next });
      if (step.next === undefined) return { output: step.output };
      [state, input] = [step.next, step.output];
    }
  };
}

interface Visit<S extends State = State> {
  readonly name: string;
  readonly definition: S;
  readonly input: unknown;
}

type Failed = Extract<RunOutcome, { failure: StatesError }>;

async function runState(time: Time, run: Run, visit: Visit): Promise<Step | Failed> {
  const { definition, input } = visit;
  try {
    switch (definition.Type) {
      case 'Task':
        return await runTask(time, run, { ...visit, definition });
      case 'Choice':
        return { next: choose(definition, { input, context: run.context }), output: input };
      case 'Pass': {
        const result = definition.Result ?? (definition.Parameters === undefined ? input : fillTemplate(definition.Parameters, { input, context: run.context }));
        return { next: definition.Next, output: placeResult(definition.ResultPath, { input, result }) };
      }
      case 'Wait':
        await pause(time, run, definition.Seconds);
        return { next: definition.Next, output: input };
      case 'Succeed':
        return { next: undefined, output: input };
      case 'Fail':
        return { failure: { error: definition.Error ?? '', cause: definition.Cause ?? '' } };
    }
  } catch (thrown) {
    return { failure: statesErrorOf(thrown) };
  }
}

/** Tries until it succeeds, no retrier is left, or a catcher takes the error. */
async function runTask(time: Time, run: Run, visit: Visit<TaskState>): Promise<Step | Failed> {
  const { definition, input } = visit;
  const attempts = new Map<Retrier, number>();
  for (;;) {
    const answer = await attempt(time, run, visit);
    if ('output' in answer) return { next: definition.Next, output: placeResult(definition.ResultPath, { input, result: selectResult(definition, { input: answer.output, context: run.context }) }) };
    const { error, cause } = answer.failure;
    const retrier = UNCATCHABLE.includes(error) ? undefined : definition.Retry?.find(({ ErrorEquals: names }) => names.includes(error));
    const made = retrier === undefined ? 0 : (attempts.get(retrier) ?? 0);
    if (retrier !== undefined && made < retrier.MaxAttempts) {
      attempts.set(retrier, made + 1);
      await pause(time, run, delaySeconds(retrier, made) * (retrier.JitterStrategy === 'FULL' ? time.random() : 1));
      continue;
    }
    const catcher = UNCATCHABLE.includes(error) ? undefined : definition.Catch?.find(({ ErrorEquals: names }) => names.includes(error));
    if (catcher === undefined) return answer;
    return { next: catcher.Next, output: placeResult(catcher.ResultPath, { input, result: { Error: error, Cause: cause } }) };
  }
}

async function attempt(time: Time, run: Run, { name: state, definition, input }: Visit<TaskState>): Promise<TaskAnswer> {
  const { Parameters: parameters, Resource: resource, TimeoutSeconds: timeoutSeconds } = definition;
  const given = parameters === undefined ? input : fillTemplate(parameters, { input, context: run.context });
  run.record({ type: 'task-scheduled', state, resource, input: given, timeoutSeconds });
  const answer = await withTimeout(time, run.call(resource, given), timeoutSeconds);
  if (run.signal.aborted) return never();
  run.record('output' in answer ? { type: 'task-succeeded', state, output: answer.output } : { type: 'task-failed', state, failure: answer.failure });
  return answer;
}

async function withTimeout({ clock, factor }: Time, answer: Promise<TaskAnswer>, timeoutSeconds: number | undefined): Promise<TaskAnswer> {
  if (timeoutSeconds === undefined) return answer;
  const { promise: late, resolve } = Promise.withResolvers<TaskAnswer>();
  const cancel = clock.after(timeoutSeconds * 1000 * factor, () => resolve({ failure: { error: 'States.Timeout', cause: '' } }));
  const first = await Promise.race([answer, late]);
  cancel();
  return first;
}

async function pause({ clock, factor }: Time, { signal }: Run, seconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(seconds * 1000 * factor, resolve);
    signal.addEventListener('abort', cancel, { once: true });
  });
  if (signal.aborted) await never();
}

/** An aborted run stays where it is. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

function delaySeconds({ IntervalSeconds: interval, BackoffRate: rate, MaxDelaySeconds: longest = Infinity }: Retrier, made: number): number {
  return Math.min(longest, interval * rate ** made);
}

function selectResult({ ResultSelector: selector }: TaskState, scope: Scope): unknown {
  return selector === undefined ? scope.input : fillTemplate(selector, scope);
}

function placeResult(path: string | null | undefined, { input, result }: { input: unknown; result: unknown }): unknown {
  if (path === null) return input;
  return path === undefined || path === '$' ? result : writePath(path, { value: input, member: result });
}

function choose({ Choices: choices, Default: otherwise }: ChoiceState, scope: Scope): string {
  const next = choices.find((rule) => holds(rule, scope))?.Next ?? otherwise;
  if (next === undefined) throw new StatesFailure('States.NoChoiceMatched', 'No choice rule fits and there is no Default');
  return next;
}

function holds(rule: ChoiceRule, scope: Scope): boolean {
  const value = readPath(rule.Variable, scope);
  if (rule.IsPresent !== undefined) return value !== undefined;
  if (value === undefined) throw new StatesFailure('States.Runtime', `Invalid path '${rule.Variable}': The choice state's condition path references an invalid value.`);
  return rule.StringEquals === undefined ? value === rule.BooleanEquals : value === rule.StringEquals;
}
