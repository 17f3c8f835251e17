import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../../../../infra/local/clock';
import type { LocalCluster } from '../../../../infra/local/cluster/local-cluster';
import { createLocalCluster } from '../../../../infra/local/cluster/local-cluster';
import { memoryStorage } from '../../../../infra/local/storage';
import { seededRandom } from './a-cluster';

/** A cluster at a socket, in real time but quick: a pod is ready after 0.2 s. */
export interface ListeningCluster {
  readonly cluster: LocalCluster;
  readonly url: string;
  /** A folder for files of the test. */
  readonly folder: string;
  /** The kubeconfig, as text and as a file. */
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function aListeningCluster(): Promise<ListeningCluster> {
  const cluster = createLocalCluster({ storage: memoryStorage(), clock: realClock(), random: seededRandom(), factor: 0.1 });
  const { url } = await cluster.listen();
  const folder = mkdtempSync(join(tmpdir(), 'local-cluster-'));
  const kubeconfigFile = join(folder, 'kubeconfig');
  const kubeconfig = cluster.kubeconfig(url);
  writeFileSync(kubeconfigFile, kubeconfig);
  return {
    cluster,
    url,
    folder,
    kubeconfig,
    kubeconfigFile,
    async close() {
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
