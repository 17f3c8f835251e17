import type { Clock } from '../clock';
import type { Storage } from '../storage';
import { createWatches } from './api/watch-objects';
import type { WriteContext } from './api/write-context';
import type { CallLog } from './call-log';
import { createCallLog } from './call-log';
import { bootstrap } from './controllers/bootstrap';
import { startControllers } from './controllers/start-controllers';
import { createOpenApi } from './discovery/openapi';
import type { Faults } from './faults';
import { createFaults } from './faults';
import { kubeconfigFor } from './http/kubeconfig';
import type { Listening } from './http/listen';
import { listenHttp } from './http/listen';
import type { KubeRequest, KubeResponse } from './http/messages';
import { serveRequest } from './http/serve-request';
import { createKindRegistry } from './kinds/kind-registry';
import type { KubeObject } from './kube-object';
import type { NodeProvider, NodeRequest } from './node-provider';
import { memoryNodeProvider } from './node-provider';
import { addClusterNode } from './controllers/cluster-nodes';
import { probePort } from './probe-port';
import { createObjectStore } from './store/object-store';

/** What the local cluster says it is. */
export const KUBERNETES_VERSION = 'v1.33.4';

/** What a local cluster is made of. */
export interface LocalClusterParts {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Uniform in [0, 1): names, uids, addresses, ports. */
  readonly random: () => number;
  /** Multiplies the delays of controllers and kubelet; 1 is a brisk real cluster (a pod is ready after 2 s). */
  readonly factor: number;
  /** Machines and pod addresses; without it they exist in the cluster's own storage alone. */
  readonly nodes?: NodeProvider;
  /** How many nodes a new cluster begins with; 3 unless given. */
  readonly firstNodes?: number;
  /** `v1.33.4` unless given. */
  readonly version?: string;
  /** Hears of errors that no client caused; thrown on as an uncaught error unless given. */
  readonly onProblem?: (problem: unknown) => void;
}

/** A small Kubernetes cluster: API server, controllers, scheduler and kubelets, in this process. */
export interface LocalCluster {
  /** Answers one request without a socket. Rejects only for a request that a fault let hang and that was given up. */
  handle(request: KubeRequest): Promise<KubeResponse>;
  /** Serves plain HTTP on 127.0.0.1; port 0 (the default) takes a free one. Closing it leaves the cluster running. */
  listen(port?: number): Promise<Listening>;
  /** The kubeconfig for a server that listens at `url`, as YAML. */
  kubeconfig(url: string): string;
  /**
   * Whether a TCP connection would be answered: at a pod's address and port, or at a node (instance id or its private address) and node port.
   * A pod answers once its containers are ready, whatever its readiness gates say, until it is gone.
   */
  probe(address: string, port: number): boolean;
  /** Adds a node on a new machine; answers its Node object. */
  addNode(request?: NodeRequest): KubeObject;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Stops controllers, watches and hanging requests. The state stays in the storage. */
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

/** Starts a cluster, or goes on with the one that `storage` holds: its first nodes, the usual namespaces, and what was applied before. */
export function createLocalCluster(parts: LocalClusterParts): LocalCluster {
  const { storage, clock, random, factor, version = KUBERNETES_VERSION, onProblem = rethrowLater } = parts;
  const context: WriteContext = { store: createObjectStore(storage), kinds: createKindRegistry(), clock, random };
  const nodes = parts.nodes ?? memoryNodeProvider(storage);
  const watches = createWatches({ bookmarkMs: Math.max(1000, MINUTE_MS * factor) });
  const faults = createFaults({ breakWatches: () => watches.breakAll(), compact: () => context.store.compact() });
  const calls = createCallLog();
  const closing = new AbortController();
  const servers = new Set<Listening>();
  serveCustomKinds(context);
  bootstrap(context, { nodes, firstNodes: parts.firstNodes ?? 3 });
  const stopControllers = startControllers({ context, nodes, factor, onProblem });
  const server = { context, watches, openApi: createOpenApi(() => context.kinds.all(), version), version, faults, calls, closed: closing.signal, onProblem };
  const handle = (request: KubeRequest) => serveRequest(server, request);
  return {
    handle,
    async listen(port = 0) {
      const listening = await listenHttp(handle, port);
      servers.add(listening);
      return { url: listening.url, close: () => (servers.delete(listening) ? listening.close() : Promise.resolve()) };
    },
    kubeconfig: kubeconfigFor,
    probe: (address, port) => probePort(context.store, { address, port }),
    addNode: (request = {}) => addClusterNode(context, { nodes, request }),
    faults,
    calls,
    async close() {
      stopControllers();
      watches.breakAll();
      closing.abort();
      await Promise.all([...servers].map((each) => each.close()));
      servers.clear();
    },
  };
}

/** An applied CRD is served at once, and no longer once it is gone. */
function serveCustomKinds({ store, kinds }: WriteContext): void {
  const storedAs = 'customresourcedefinitions.apiextensions.k8s.io';
  const refresh = () => kinds.serveCustom(store.list(storedAs));
  refresh();
  store.subscribe((change) => {
    if (change.storedAs === storedAs) refresh();
  });
}

function rethrowLater(problem: unknown): void {
  queueMicrotask(() => {
    throw problem;
  });
}
