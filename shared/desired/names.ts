import { createHash } from 'node:crypto';

/** Letters and digits only, as LBC puts a Kubernetes name into an AWS name (LBC's behaviour §0.2). */
export function sanitizedName(text: string): string {
  return text.replace(/[^0-9A-Za-z]/g, '');
}

/** Lower-case hex SHA-256 of the parts written one after the other. */
export function nameHash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('')).digest('hex');
}

/** `k8s-<namespace>-<name>-<hash>`, at most 31 characters. The parts are cut after sanitising (LBC's behaviour §0.2). */
export function awsName(object: { readonly namespace: string; readonly name: string }, hash: string): string {
  return `k8s-${sanitizedName(object.namespace).slice(0, 8)}-${sanitizedName(object.name).slice(0, 8)}-${hash.slice(0, 10)}`;
}

/** Name of the security group that all load balancers of a cluster share as their source towards targets (LBC's behaviour §4.6). */
export function backendGroupName(clusterName: string): string {
  return `k8s-traffic-${sanitizedName(clusterName).slice(0, 232)}-${nameHash(clusterName).slice(0, 10)}`;
}
