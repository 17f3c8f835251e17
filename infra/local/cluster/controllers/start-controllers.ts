import type { WriteContext } from '../api/write-context';
import type { NodeProvider } from '../node-provider';
import { runController } from './run-controller';
import type { Controller } from './run-controller';

/** What the controllers work with. */
export interface ControllerParts {
  readonly context: WriteContext;
  readonly nodes: NodeProvider;
  readonly factor: number;
  readonly onProblem: (problem: unknown) => void;
}

/** Starts all of the cluster's control loops; the answer stops them. */
export function startControllers({ context, factor, onProblem }: ControllerParts): () => void {
  const controllers: Controller[] = [];
  const stops = controllers.map((controller) => runController(controller, { clock: context.clock, store: context.store, factor, onProblem }));
  return () => stops.forEach((stop) => stop());
}
