import type { ServicePort, TargetGroupBinding } from '../../model/kubernetes';
import { resolveInstanceTargets } from './instance-targets';
import { resolveIpTargets } from './ip-targets';
import { type TargetFacts, type TargetResolution, bindingProblem } from './target';

/**
 * The targets that a binding wants: pod addresses or instances, in the order of the endpoints, repeated endpoints included
 * (LBC's behaviour §3.4, §3.7). What a person must mend comes back as problems, never as an exception.
 */
export function resolveTargets(facts: TargetFacts): TargetResolution {
  const { binding, service } = facts;
  const { namespace = '' } = binding.metadata;
  const wanted = binding.spec.serviceRef;
  if (!service) return absent(binding, `expected a Service ${namespace}/${wanted.name} (spec.serviceRef), found none; its targets are deregistered until it exists`);
  const port = findPort(service.spec.ports ?? [], wanted.port);
  if (!port) return absent(binding, `expected a port ${wanted.port} in Service ${namespace}/${wanted.name} (spec.serviceRef.port), found ${describePorts(service.spec.ports ?? [])}; its targets are deregistered until it exists`);
  if (!binding.spec.targetType) return { outcome: 'refused', problems: [bindingProblem(binding, 'TargetTypeMissing', 'spec.targetType must be ip or instance, got nothing; set it to the type of the target group')] };
  return binding.spec.targetType === 'ip' ? resolveIpTargets(facts, port) : resolveInstanceTargets(facts, service, port);
}

/** A number names `port`, a text `name`; a text of digits is a name like any other. */
function findPort(ports: readonly ServicePort[], wanted: number | string): ServicePort | undefined {
  return ports.find((port) => (typeof wanted === 'number' ? port.port === wanted : port.name === wanted));
}

function describePorts(ports: readonly ServicePort[]): string {
  return ports.length === 0 ? 'none' : ports.map((port) => (port.name ? `${port.port} (${port.name})` : `${port.port}`)).join(', ');
}

function absent(binding: TargetGroupBinding, message: string): TargetResolution {
  return { outcome: 'absent', problems: [bindingProblem(binding, 'BackendNotFound', message)] };
}
