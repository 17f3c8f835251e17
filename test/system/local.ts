import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallRecord } from '../../infra/local/aws/call-log';
import { clusterTransport } from '../../infra/local/cluster-transport';
import { startLocalSystem, type LocalSystem, type LocalSystemOptions } from '../../infra/local/system';
import { OBSERVER, openView, type View } from './view';

export { DEPLOYMENTS } from './view';
export type { SeenEvent, SeenExecution, SeenService, ServiceName } from './view';

/** A running system in this process, and a person's view of it. */
export interface World extends View {
  readonly system: LocalSystem;
  /** The system's own calls to AWS since the call with this number. */
  calls(after?: number): CallRecord[];
  /** The number of the last call, for `calls`. */
  mark(): number;
  stop(): Promise<void>;
}

/** The calls that budgets are about. */
export const isLoadBalancing = ({ service }: Pick<CallRecord, 'service'>): boolean => service === 'elasticloadbalancing' || service === 'ec2';

/** A machine with little to spare may be too slow for the scaled time-outs of functions; what AWS does then, the system does. */
const TOO_SLOW = /^(Transient|Sandbox\.Timedout|Throttled)\b/;

/** Starts a system and looks at it. All delays are multiplied by `factor`. What goes wrong unseen by anybody fails the test run. */
export async function startWorld(options: LocalSystemOptions): Promise<World> {
  const onProblem = (problem: unknown) => {
    if (problem instanceof Error && TOO_SLOW.test(problem.message)) return;
    queueMicrotask(() => {
      throw problem;
    });
  };
  const system = await startLocalSystem({ onProblem, ...options });
  const { log } = system.account.aws;
  return {
    ...openView({ ...system, transport: clusterTransport(system.cluster, OBSERVER), handle: system.account.aws.handle }),
    system,
    calls: (after = 0) => log.calls().filter(({ number, caller }) => number > after && caller !== OBSERVER),
    mark: () => log.calls().at(-1)?.number ?? 0,
    stop: () => system.stop(),
  };
}

/** The manifest of an example. */
export function example(folder: string): string {
  return readFileSync(join(import.meta.dirname, `../../examples/${folder}/manifest.yaml`), 'utf8');
}
