import { ExecutionError, StateMachine, type StateMachineDefinition as LibraryDefinition } from 'aws-local-stepfunctions';
import type { Retrier, State, StateMachineDefinition, TaskState } from '../../states-language';
import { StatesFailure, statesErrorOf, UNCATCHABLE } from './states-failure';
import type { Interpreter, Run, RunOutcome } from './trace';

type EventLog = ReturnType<StateMachine['run']>['eventLogs'] extends AsyncGenerator<infer Event> ? Event : never;

interface Scaling {
  /** Multiplies waits and retry delays. */
  readonly factor: number;
  /** Multiplies the time-outs of Tasks; the same if absent. */
  readonly timeoutFactor?: number;
}

/**
 * The same by `aws-local-stepfunctions`, which uses real timers and Math.random. Its events come out of a queue behind its back; a Task waits until those before it
 * are recorded, so no function is called before the way to it is on disk.
 */
export function libraryInterpreter({ factor, timeoutFactor = factor }: Scaling): Interpreter {
  return (run) => {
    const definition = { ...scaledDefinition(run.definition, { factor, timeoutFactor }), StartAt: run.from.state };
    const machine = new StateMachine(definition as unknown as LibraryDefinition, { validationOptions: { noValidate: true } });
    const recorder = createRecorder(run);
    const running = machine.run(run.from.input as Parameters<StateMachine['run']>[0], {
      overrides: { taskResourceLocalHandlers: taskHandlers(run, recorder) },
      context: run.context as unknown as NonNullable<Parameters<StateMachine['run']>[1]>['context'] & object,
    });
    run.signal.addEventListener('abort', () => running.abort(), { once: true });
    return settle(run, running, recorder);
  };
}

async function settle(run: Run, running: ReturnType<StateMachine['run']>, recorder: Recorder): Promise<RunOutcome> {
  const recorded = recorder.follow(running.eventLogs);
  try {
    const output = await running.result;
    await recorded;
    return { output };
  } catch (error) {
    if (run.signal.aborted) return new Promise(() => undefined);
    await recorded;
    return { failure: statesErrorOf(error instanceof ExecutionError ? error.cause : error) };
  }
}

interface Recorder {
  /** Tasks whose answer has not been recorded. */
  readonly open: Set<string>;
  follow(events: AsyncIterable<EventLog>): Promise<void>;
}

function createRecorder(run: Run): Recorder {
  const open = new Set<string>();
  let isFirst = true;
  let exited: Extract<EventLog, { type: 'StateExited' }> | undefined;
  /** Where a state led is known when the next one is entered, or when the run ends. */
  const flush = (next: string | undefined) => {
    if (exited !== undefined) run.record({ type: 'exited', state: exited.state.name, output: exited.state.output, next });
    exited = undefined;
  };
  const take = (event: EventLog) => {
    if (run.signal.aborted) return;
    if (event.type === 'StateEntered') {
      flush(event.state.name);
      run.record({ type: 'entered', state: event.state.name, input: event.state.input, ...(isFirst && run.from.isAgain && { isAgain: true }) });
      isFirst = false;
    }
    if (event.type === 'StateFailed' && open.delete(event.state.name)) run.record({ type: 'task-failed', state: event.state.name, failure: { error: event.Error, cause: '' } });
    if (event.type === 'StateExited') exited = event;
    if (event.type === 'ExecutionSucceeded') flush(undefined);
  };
  return {
    open,
    async follow(events) {
      for await (const event of events) take(event);
    },
  };
}

type Handler = (input: unknown) => Promise<never>;

function taskHandlers(run: Run, recorder: Recorder): Record<string, Handler> {
  const tasks = Object.entries(run.definition.States).filter((entry): entry is [string, TaskState] => entry[1].Type === 'Task');
  return Object.fromEntries(tasks.map(([state, task]) => [state, (input) => callTask(run, recorder, { state, task, input })]));
}

async function callTask(run: Run, { open }: Recorder, { state, task, input }: { state: string; task: TaskState; input: unknown }): Promise<never> {
  const { Resource: resource, TimeoutSeconds: timeoutSeconds } = task;
  await new Promise((resolve) => setImmediate(resolve));
  if (run.signal.aborted) throw new StatesFailure('Local.Stopped', 'The execution was stopped');
  run.record({ type: 'task-scheduled', state, resource, input, timeoutSeconds });
  open.add(state);
  const answer = await run.call(resource, input);
  // The Task's own time-out may have been recorded meanwhile.
  if (!run.signal.aborted && open.delete(state)) run.record('output' in answer ? { type: 'task-succeeded', state, output: answer.output } : { type: 'task-failed', state, failure: answer.failure });
  if ('failure' in answer) throw new StatesFailure(answer.failure.error, answer.failure.cause, { isCatchable: !UNCATCHABLE.includes(answer.failure.error) });
  return answer.output as never;
}

/** The library's attempts must not be longer than a 32-bit timer, even unscaled. */
const LONGEST_SECONDS = 2_000_000;

/** The library knows no factor, so its definition has scaled delays; fractions of a second are no valid definition, but work. */
function scaledDefinition(definition: StateMachineDefinition, scaling: Required<Scaling>): StateMachineDefinition {
  return { ...definition, States: Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, scaledState(state, scaling)])) };
}

function scaledState(state: State, { factor, timeoutFactor }: Required<Scaling>): State {
  if (state.Type === 'Wait') return { ...state, Seconds: state.Seconds * factor };
  if (state.Type !== 'Task') return state;
  const scaledRetry = state.Retry?.map((retrier): Retrier => ({ ...retrier, IntervalSeconds: retrier.IntervalSeconds * factor, MaxDelaySeconds: (retrier.MaxDelaySeconds ?? LONGEST_SECONDS) * factor }));
  return { ...state, TimeoutSeconds: (state.TimeoutSeconds ?? LONGEST_SECONDS) * timeoutFactor, ...(scaledRetry !== undefined && { Retry: scaledRetry }) };
}
