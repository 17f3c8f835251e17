import { stringify } from 'yaml';

/**
 * A kubeconfig for a server at `url`, with one context named `local`. The token is there so that clients do not ask for one; it is not checked.
 * The official JavaScript client refuses plain HTTP unless TLS verification is said to be skipped.
 */
export function kubeconfigFor(url: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'local', user: { token: 'local' } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'local', namespace: 'default' } }],
    'current-context': 'local',
  });
}
