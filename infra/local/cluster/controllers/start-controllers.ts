import type { WriteContext } from '../api/write-context';
import type { NodeProvider } from '../node-provider';
import { clusterApi } from './cluster-api';
import { machineOf } from './cluster-nodes';
import { crdController } from './crd-controller';
import { deploymentController } from './deployment-controller';
import { endpointSliceController } from './endpoint-slice-controller';
import { garbageCollector } from './garbage-collector';
import { kubelet } from './kubelet';
import { namespaceController } from './namespace-controller';
import { replicaSetController } from './replica-set-controller';
import type { Controller } from './run-controller';
import { runController } from './run-controller';
import { scheduler } from './scheduler';
import type { Node } from '../objects';

/** What the controllers work with. */
export interface ControllerParts {
  readonly context: WriteContext;
  readonly nodes: NodeProvider;
  readonly factor: number;
  readonly onProblem: (problem: unknown) => void;
}

/** Starts all of the cluster's control loops; the answer stops them. */
export function startControllers({ context, nodes, factor, onProblem }: ControllerParts): () => void {
  const api = clusterApi(context, 'kube-controller-manager');
  const controllers: Controller[] = [
    namespaceController(api),
    crdController(api),
    deploymentController({ api, factor }),
    replicaSetController({ api, factor }),
    scheduler(clusterApi(context, 'kube-scheduler')),
    kubelet({ api: clusterApi(context, 'kubelet'), nodes, factor }),
    endpointSliceController(api),
    garbageCollector(api),
  ];
  const stops = controllers.map((controller) => runController(controller, { clock: context.clock, store: context.store, factor, onProblem }));
  const forgetNodes = context.store.subscribe(({ storedAs, type, object }) => {
    if (storedAs === 'nodes' && type === 'DELETED') nodes.removeNode?.(machineOf(object as Node).instanceId);
  });
  return () => [...stops, forgetNodes].forEach((stop) => stop());
}
