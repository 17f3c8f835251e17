import { handler as acquireLease } from '../../functions/acquire-lease';
import { handler as addSecurityGroupRules } from '../../functions/add-security-group-rules';
import type { Clients } from '../../functions/clients';
import { provideClients } from '../../functions/clients';
import { handler as collectGarbage } from '../../functions/collect-garbage';
import { handler as createLoadBalancer } from '../../functions/create-load-balancer';
import { handler as deleteLoadBalancer } from '../../functions/delete-load-balancer';
import { handler as makePlan } from '../../functions/make-plan';
import { handler as registerTargets } from '../../functions/register-targets';
import { handler as releaseLease } from '../../functions/release-lease';
import { handler as reportStatus } from '../../functions/report-status';
import { handler as resolveSubnets } from '../../functions/resolve-subnets';
import { handler as sweep } from '../../functions/sweep';
import { handler as syncTargets } from '../../functions/sync-targets';
import { handler as waitForHealthy } from '../../functions/wait-for-healthy';
import { wakeKeys } from '../../functions/wake-keys';
import type { FifoMessage } from '../../shared/aws/target-queue';
import type { ExecutionInput, MakePlanOutput, StateName } from '../../shared/contract/steps';
import type { Problem } from '../../shared/model/problem';
import { loadNotes, loadPlan } from '../../shared/passes/plan-record';
import type { Plan } from '../../shared/plan/change';
import type { StateMachineDefinition } from '../states-language';
import { workflowDefinition } from '../workflow';
import type { DrivenClock } from './clock';
import { drivenInterpreter } from './engine/driven-interpreter';
import type { RunOutcome, TaskAnswer } from './engine/trace';

/** What passes run with: every client but the queue and the executions, which the runner has itself. */
export interface PassRunnerParts {
  readonly clock: DrivenClock;
  readonly clients: Omit<Clients, 'now' | 'after' | 'targetQueue' | 'executions' | 'functionVersions'>;
}

/** A plan as MakePlan left it. `plan` is absent where nothing was to be done. */
export interface PassPlan {
  readonly outcome: MakePlanOutput['outcome'];
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
}

/** What one wake-up of a key led to. */
export interface Pass {
  /** The plans that were made, in their order: usually one. */
  readonly plans: readonly PassPlan[];
  /** The tasks that were entered, each as often as it was. */
  readonly states: readonly StateName[];
  /** How an execution failed, if one did. */
  readonly failure?: { readonly error: string; readonly cause: string };
}

/** Runs passes in this process, one after the other: no engine, no socket, no waiting. */
export interface PassRunner {
  /** Wakes a key and runs what that leads to, the target lane included, until nothing is left to do now. */
  run(key: string): Promise<Pass>;
  /** Lets time pass; the sweeper runs every minute of it. */
  settle(ms: number): Promise<void>;
}

const HANDLERS: Readonly<Record<StateName, (input: unknown) => Promise<unknown>>> = {
  AcquireLease: acquireLease,
  ResolveSubnets: resolveSubnets,
  MakePlan: makePlan,
  CreateLoadBalancer: createLoadBalancer,
  RegisterTargets: registerTargets,
  AddSecurityGroupRules: addSecurityGroupRules,
  ReportStatus: reportStatus,
  WaitForHealthy: waitForHealthy,
  CollectGarbage: collectGarbage,
  DeleteLoadBalancer: deleteLoadBalancer,
  ReleaseLease: releaseLease,
};

const definition: StateMachineDefinition = workflowDefinition(Object.fromEntries(Object.keys(HANDLERS).map((name) => [name, name])) as Record<StateName, string>);

const SWEEP_MS = 60_000;
/** Messages of one delivery, as the deployed queue hands them over. */
const BATCH = 10;
/** A message that comes back this often goes to the dead-letter queue. */
const DELIVERIES = 5;

/**
 * The real handlers over the given clients, walked through the real workflow. The clock moves only while something waits. Handlers have one
 * set of clients per process: a runner takes them over with each call, so two runners may take turns, never run at once.
 */
export function createPassRunner({ clock, clients }: PassRunnerParts): PassRunner {
  const messages: (FifoMessage & { deliveries: number })[] = [];
  const started: { name: string; input: ExecutionInput }[] = [];
  let sweptAt = clock.now();
  const provided: Omit<Clients, 'functionVersions'> = {
    ...clients,
    now: clock.now,
    after: clock.after,
    targetQueue: { send: (sent) => (messages.push(...sent.map((message) => ({ ...message, deliveries: 0 }))), Promise.resolve([])) },
    executions: { start: ({ name, input }) => (started.push({ name, input: input as ExecutionInput }), Promise.resolve({ outcome: 'started', arn: name })) },
  };

  /** Delivers what lies in the queue; what fails comes back with the next call. */
  async function answerMessages(): Promise<void> {
    const failed: typeof messages = [];
    while (messages.length > 0) {
      const batch = messages.splice(0, BATCH);
      const { batchItemFailures } = await syncTargets({ Records: batch.map(({ deduplicationId, body, group }) => ({ messageId: deduplicationId, body, attributes: { MessageGroupId: group } })) });
      const refused = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const again = batch.filter(({ deduplicationId, deliveries }) => refused.has(deduplicationId) && deliveries + 1 < DELIVERIES);
      failed.push(...again.map((message) => ({ ...message, deliveries: message.deliveries + 1 })));
    }
    messages.push(...failed);
  }

  async function passTime(ms: number): Promise<void> {
    const end = clock.now() + ms;
    await answerMessages();
    while (clock.now() < end) {
      clock.advance(Math.min(end, sweptAt + SWEEP_MS) - clock.now());
      if (clock.now() >= sweptAt + SWEEP_MS) await sweep({});
      if (clock.now() >= sweptAt + SWEEP_MS) sweptAt = clock.now();
      await answerMessages();
    }
  }

  async function execute({ name, input }: { name: string; input: ExecutionInput }, pass: OpenPass): Promise<void> {
    let calling = 0;
    const call = async (resource: string, given: unknown): Promise<TaskAnswer> => {
      calling += 1;
      const answer = await callHandler(resource as StateName, given).finally(() => (calling -= 1));
      pass.states.push(resource as StateName);
      if (resource === 'MakePlan' && 'output' in answer) pass.plans.push(await readPlan(provided, input.key, answer.output as MakePlanOutput));
      return answer;
    };
    // The interpreter sets timers for two reasons: time-outs, while a function runs, which in this process takes no time; and pauses, when none does.
    const after = (ms: number, callback: () => void) => {
      if (calling === 0) void passTime(ms).then(callback);
      return () => undefined;
    };
    const interpret = drivenInterpreter({ clock: { now: clock.now, after }, random: () => 1, factor: 1 });
    const context = { Execution: { Id: `arn:${name}`, Name: name, Input: input, StartTime: '' }, StateMachine: { Id: 'reconcile', Name: 'reconcile' } };
    const outcome: RunOutcome = await interpret({ definition, from: { state: definition.StartAt, input, isAgain: false }, context, call, record: () => undefined, signal: new AbortController().signal });
    if ('failure' in outcome) pass.failure ??= outcome.failure;
  }

  async function finish(pass: OpenPass): Promise<void> {
    while (started.length > 0 || messages.some(({ deliveries }) => deliveries === 0)) {
      for (let execution = started.shift(); execution !== undefined; execution = started.shift()) await execute(execution, pass);
      await answerMessages();
    }
  }

  return {
    async run(key) {
      provideClients(provided);
      const pass: OpenPass = { plans: [], states: [] };
      const failed = await wakeKeys(provided, [key]);
      for (const error of failed.values()) throw error;
      await finish(pass);
      return pass;
    },
    async settle(ms) {
      provideClients(provided);
      const pass: OpenPass = { plans: [], states: [] };
      await passTime(ms);
      await finish(pass);
      if (pass.failure) throw new Error(`${pass.failure.error}: ${pass.failure.cause}`);
    },
  };
}

interface OpenPass {
  readonly plans: PassPlan[];
  readonly states: StateName[];
  failure?: NonNullable<Pass['failure']>;
}

async function callHandler(name: StateName, input: unknown): Promise<TaskAnswer> {
  try {
    return { output: (await HANDLERS[name](JSON.parse(JSON.stringify(input)))) ?? null };
  } catch (error) {
    const { name: type, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    return { failure: { error: type, cause: message } };
  }
}

async function readPlan({ store }: Pick<Clients, 'store'>, key: string, { outcome, planId }: MakePlanOutput): Promise<PassPlan> {
  const notes = await loadNotes(store, key, planId);
  const plan = await loadPlan(store, key, planId).catch(() => undefined);
  return { outcome, problems: notes?.problems ?? [], ...(plan ? { plan } : {}) };
}
