import ipaddr from 'ipaddr.js';
import type { ContributedRule } from '../../contract/items';
import type { Pod, TargetGroupBinding } from '../../model/kubernetes';

type IngressRule = NonNullable<NonNullable<TargetGroupBinding['spec']['networking']>['ingress']>[number];
type Peer = NonNullable<IngressRule['from']>[number];
type PortSpec = NonNullable<IngressRule['ports']>[number];
type Source = ContributedRule['source'];

/** What a binding needs on each security group of its targets, or why that cannot be said. */
export type RequiredRules = { readonly rules: ReadonlyMap<string, readonly ContributedRule[]> } | { readonly faults: readonly string[] };

/** The targets behind one security group: pods, whose container ports have names, or nodes. */
export type TargetsOfGroup = { readonly pods: readonly Pod[] } | 'nodes';

/**
 * The rules that one binding needs, per security group (LBC's behaviour §3.6): every rule × peer × port. A rule whose `ports` is empty asks for nothing.
 * A fault anywhere leaves all of it unsaid, so that a group never gets half of what a binding states.
 */
export function requiredRules(binding: TargetGroupBinding, targets: ReadonlyMap<string, TargetsOfGroup>): RequiredRules {
  const faults: string[] = [];
  const rules = new Map<string, ContributedRule[]>();
  for (const [groupId, behind] of targets) {
    const wanted = (binding.spec.networking?.ingress ?? []).flatMap((rule) => rulesOf({ rule, behind, faults }));
    rules.set(groupId, distinctRules(wanted));
  }
  return faults.length > 0 ? { faults: [...new Set(faults)] } : { rules };
}

/** A rule in one line, the same for equal rules: `tcp 80-8080 from sg-…`. */
export function ruleText(rule: ContributedRule): string {
  return `${rule.protocol} ${rule.fromPort}-${rule.toPort} from ${'groupId' in rule.source ? rule.source.groupId : rule.source.cidr}`;
}

/** Rules without repetitions, sorted by their text. */
export function distinctRules(rules: readonly ContributedRule[]): ContributedRule[] {
  return [...new Map(rules.map((rule) => [ruleText(rule), rule]))].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}

function rulesOf({ rule, behind, faults }: { rule: IngressRule; behind: TargetsOfGroup; faults: string[] }): ContributedRule[] {
  const sources = (rule.from ?? []).flatMap((peer) => sourceOf(peer, faults));
  return (rule.ports ?? []).flatMap((port) => {
    const protocol = (port.protocol ?? 'TCP').toLowerCase();
    if (protocol !== 'tcp' && protocol !== 'udp') {
      faults.push(`networking.ingress[].ports[].protocol must be TCP or UDP, got ${port.protocol}`);
      return [];
    }
    return rangesOf({ port, behind, faults }).flatMap(([fromPort, toPort]) => sources.map((source) => ({ protocol, fromPort, toPort, source }) as const));
  });
}

function sourceOf(peer: Peer, faults: string[]): Source[] {
  if (peer.securityGroup) return [{ groupId: peer.securityGroup.groupID }];
  if (!peer.ipBlock) {
    faults.push('networking.ingress[].from[] must have either ipBlock or securityGroup, found neither');
    return [];
  }
  if (ipaddr.isValidCIDR(peer.ipBlock.cidr)) return [{ cidr: peer.ipBlock.cidr }];
  faults.push(`networking.ingress[].from[].ipBlock.cidr must be a CIDR block, got ${JSON.stringify(peer.ipBlock.cidr)}`);
  return [];
}

function rangesOf({ port: { port }, behind, faults }: { port: PortSpec; behind: TargetsOfGroup; faults: string[] }): (readonly [number, number])[] {
  if (port === undefined) return [[0, 65_535]];
  if (typeof port === 'number') return [[port, port]];
  if (behind === 'nodes') {
    faults.push(`networking.ingress[].ports[].port ${JSON.stringify(port)}: named ports can only be used with ip targets; use the number`);
    return [];
  }
  const numbers = behind.pods.flatMap((pod) => containerPort({ pod, name: port, faults }));
  return [...new Set(numbers)].map((number) => [number, number]);
}

/** Containers, and init containers that keep running beside them. */
function containerPort({ pod, name, faults }: { pod: Pod; name: string; faults: string[] }): number[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const found = [...(pod.spec?.containers ?? []), ...sidecars].flatMap(({ ports }) => ports ?? []).find((port) => port.name === name);
  if (found) return [found.containerPort];
  faults.push(`expected a container port named ${name} on pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}, found none`);
  return [];
}
