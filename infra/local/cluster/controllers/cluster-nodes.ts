import type { WriteContext } from '../api/write-context';
import type { KubeObject } from '../kube-object';
import { timestamp } from '../kube-object';
import type { Node } from '../objects';
import type { NodeProvider, NodeRequest, ProvidedNode } from '../node-provider';
import { clusterApi } from './cluster-api';

const CAPACITY = { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '80Gi' };

/** Starts a machine and registers it as a ready node. */
export function addClusterNode(context: WriteContext, { nodes, request }: { nodes: NodeProvider; request: NodeRequest }): KubeObject {
  const machine = nodes.addNode(request);
  return clusterApi(context, 'kubelet').create('nodes', nodeObject(machine, timestamp(context.clock.now())));
}

function nodeObject(machine: ProvidedNode, now: string) {
  const region = machine.zone.replace(/[a-z]$/, '');
  const name = `ip-${machine.privateIp.replaceAll('.', '-')}.${region}.compute.internal`;
  return {
    metadata: { name, labels: nodeLabels(machine, { name, region }) },
    spec: { providerID: machine.providerId },
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      conditions: nodeConditions(now),
      addresses: [
        { type: 'InternalIP', address: machine.privateIp },
        { type: 'InternalDNS', address: name },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.33.4',
        kubeProxyVersion: 'v1.33.4',
        osImage: 'local',
        kernelVersion: 'local',
        containerRuntimeVersion: 'local://1',
        architecture: 'amd64',
        operatingSystem: 'linux',
        bootID: '',
        machineID: machine.instanceId,
        systemUUID: machine.instanceId,
      },
    },
  };
}

function nodeLabels({ zone, instanceType = 'm5.large' }: ProvidedNode, { name, region }: { name: string; region: string }): Record<string, string> {
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'node.kubernetes.io/instance-type': instanceType,
    'topology.kubernetes.io/region': region,
    'topology.kubernetes.io/zone': zone,
    'beta.kubernetes.io/instance-type': instanceType,
    'failure-domain.beta.kubernetes.io/region': region,
    'failure-domain.beta.kubernetes.io/zone': zone,
  };
}

function nodeConditions(now: string) {
  const condition = (type: string, status: string, reason: string) => ({ type, status, reason, message: reason, lastHeartbeatTime: now, lastTransitionTime: now });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
    condition('Ready', 'True', 'KubeletReady'),
  ];
}

/** The machine under a node, as the node tells of it. */
export function machineOf(node: Node): ProvidedNode {
  const providerId = node.spec.providerID ?? '';
  const privateIp = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return { providerId, privateIp, instanceId: providerId.split('/').at(-1) ?? '', zone: node.metadata.labels?.['topology.kubernetes.io/zone'] ?? '' };
}
