import type { Deed, Fault, PortTemplate, Story } from './story';

const ports = (list: readonly PortTemplate[]) => list.map(({ port, targetPort, protocol }) => `${port}→${targetPort}${protocol === 'UDP' ? '/udp' : ''}`).join(', ');

/** What a deed is, after "the user". */
export function tellDeed(deed: Deed): string {
  switch (deed.kind) {
    case 'create':
    case 'adopt':
      return `creates Service ${deed.service}${deed.kind === 'adopt' ? ', which LBC has built,' : ''} for ${deed.template.deployment} (${deed.template.scheme}, ${deed.template.targetType} targets, ports ${ports(deed.template.ports)}${Object.entries(deed.template.annotations).map(([name, value]) => `, ${shortened(name)}: ${value}`).join('')})`;
    case 'delete':
      return `deletes Service ${deed.service}`;
    case 'annotate':
      return deed.value === undefined ? `takes the annotation ${shortened(deed.annotation)} off ${deed.service}` : `annotates ${deed.service} with ${shortened(deed.annotation)}: ${deed.value}`;
    case 'ports':
      return `gives ${deed.service} the ports ${ports(deed.ports)}`;
    case 'source-ranges':
      return `lets ${deed.ranges.join(', ') || 'everybody'} reach ${deed.service}`;
    case 'traffic-policy':
      return `gives ${deed.service} the external traffic policy ${deed.policy}`;
    case 'type':
      return `makes ${deed.service} a Service of type ${deed.type}`;
    case 'scale':
      return `scales ${deed.deployment} to ${deed.replicas}`;
    case 'delete-pod':
      return `deletes a pod of ${deed.deployment}`;
    case 'add-node':
      return 'adds a node';
    case 'delete-node':
      return 'deletes a node';
    case 'delete-binding':
      return `deletes a TargetGroupBinding of ${deed.service}`;
    case 'approve':
      return `approves what an Event on ${deed.service} asks for`;
    case 'aws-attribute':
      return `changes an attribute of the target group of ${deed.service} in AWS`;
    case 'aws-tag':
      return `takes tags off the load balancer of ${deed.service} in AWS`;
    case 'aws-listener':
      return `deletes a listener of ${deed.service} in AWS`;
    case 'aws-target':
      return `deregisters a target of ${deed.service} in AWS`;
    case 'aws-node-rule':
      return 'revokes one of our rules on the node group in AWS';
    case 'aws-frontend-rule':
      return `revokes a rule of the security group of ${deed.service} in AWS`;
    case 'abort':
      return `stops an execution${deed.redriveAfterMs === undefined ? '' : ` and redrives it ${Math.round(deed.redriveAfterMs / 1000)} s later`}${deed.twice ? ' (two people at once)' : ''}`;
    case 'redrive-all':
      return `redrives every execution that failed or was stopped${deed.twice ? ' (two people at once)' : ''}`;
  }
}

function shortened(annotation: string): string {
  return annotation.replace('service.beta.kubernetes.io/aws-load-balancer-', '…');
}

/** A fault as it is planned: from when on it strikes. */
export function tellFault({ kind, skip, size }: Fault): string {
  return `${kind} (after ${skip} calls that it could strike, size ${size.toFixed(2)})`;
}

/** A story as a list of lines, in the order of time. */
export function tellStory({ seed, moves, faults }: Story): string[] {
  const lines = [...moves.map(({ at, deed }) => ({ at, words: `the user ${tellDeed(deed)}` })), ...faults.map((fault) => ({ at: fault.at, words: `from now on: ${tellFault(fault)}` }))];
  return [`seed ${seed}`, ...lines.sort((a, b) => a.at - b.at).map(({ at, words }) => `${(at / 1000).toFixed(1).padStart(8)} s  ${words}`)];
}
