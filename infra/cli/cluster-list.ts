import type { ClusterItem } from '../../shared/contract/items';

/** Registered clusters for a person (a table) or a program (one JSON object per line). Credentials are never shown: there are none in a registration. */
export function listClusters(clusters: readonly ClusterItem[], { json, now }: { json: boolean; now: number }): string {
  if (json) return clusters.map((cluster) => JSON.stringify(cluster)).join('\n');
  if (clusters.length === 0) return 'No cluster is registered. `stepbalancer cluster add` registers one.';
  const rows = clusters.map(({ id, name, mode, forgetAt, vpcId, authentication, lastHeartbeatAt }) => [id, name, forgetAt === undefined || mode === 'forgotten' ? mode : `${mode} until ${new Date(forgetAt).toISOString()}, then forgotten`, vpcId, authentication.type, lastHeartbeatAt === undefined ? 'never' : `${Math.round((now - lastHeartbeatAt) / 1000)} s ago`]);
  const lines = [['ID', 'NAME', 'MODE', 'VPC', 'AUTHENTICATION', 'HEARTBEAT'], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
