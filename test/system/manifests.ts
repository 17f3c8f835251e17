const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';

/** Annotations of a Service's load balancer by their short names: `scheme` for `service.beta.kubernetes.io/aws-load-balancer-scheme`. */
export function annotationsOf<Value extends string | null>(short: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(short).map(([name, value]) => [PREFIX + name, value]));
}

interface AServiceOptions {
  readonly namespace?: string;
  /** By their short names; an external NLB with IP targets without any. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly port?: number;
}

/** A Service that asks for an internal NLB with IP targets in front of the pods labelled with its name. */
export function aService(name: string, { namespace = 'default', annotations = {}, port = 80 }: AServiceOptions = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, annotations: annotationsOf({ type: 'external', 'nlb-target-type': 'ip', ...annotations }) },
    spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port, targetPort: 8080, protocol: 'TCP' }] },
  };
}

/** Pods labelled with the name, which answer on port 8080 unless another is given. */
export function aDeployment(name: string, { namespace = 'default', replicas = 2, port = 8080 }: { namespace?: string; replicas?: number; port?: number } = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'public.ecr.aws/nginx/nginx:1.29', ports: [{ containerPort: port }] }] } },
    },
  };
}

export const aNamespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
