import type { StateMachineDefinition } from '../../states-language';

/** An error as the States Language knows it. */
export interface StatesError {
  readonly error: string;
  readonly cause: string;
}

/** One thing that happened while a definition was interpreted. Both interpreters say the same about the same run. */
export type TraceEvent =
  | { readonly type: 'entered'; readonly state: string; readonly input: unknown; /** The state of a redrive, which was entered before. */ readonly isAgain?: boolean }
  | { readonly type: 'task-scheduled'; readonly state: string; readonly resource: string; readonly input: unknown; readonly timeoutSeconds: number | undefined }
  | { readonly type: 'task-succeeded'; readonly state: string; readonly output: unknown }
  | { readonly type: 'task-failed'; readonly state: string; readonly failure: StatesError }
  /** `next` is undefined at the end. */
  | { readonly type: 'exited'; readonly state: string; readonly output: unknown; readonly next: string | undefined };

/** How a Task ended. */
export type TaskAnswer = { readonly output: unknown } | { readonly failure: StatesError };

/** How a run ended. */
export type RunOutcome = { readonly output: unknown } | { readonly failure: StatesError };

/** One run of a definition, from its start or, for a redrive, from a state in its middle. */
export interface Run {
  readonly definition: StateMachineDefinition;
  /** Where to begin, and with what: the definition's start and the execution's input, or the state that failed and its input. */
  readonly from: { readonly state: string; readonly input: unknown; readonly isAgain: boolean };
  /** `$$`, the context object. */
  readonly context: { readonly Execution: { readonly Id: string; readonly Name: string; readonly Input: unknown; readonly StartTime: string }; readonly StateMachine: { readonly Id: string; readonly Name: string } };
  /** Calls the function behind a resource; never rejects. */
  readonly call: (resource: string, input: unknown) => Promise<TaskAnswer>;
  /** Told before anything goes on; what it stores is stored then. */
  readonly record: (event: TraceEvent) => void;
  /** Aborted: nothing goes on from here, no function is called any more. */
  readonly signal: AbortSignal;
}

/** Runs a definition to its end. Does not settle once its signal is aborted. */
export type Interpreter = (run: Run) => Promise<RunOutcome>;
