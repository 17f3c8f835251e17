/** How the entries of a list are told apart when it is merged. Source: patch strategy and list type of the Kubernetes API reference. */
export interface ListKeys {
  /** The key of a strategic merge patch (one field); absent for a list of plain values. */
  readonly patchKey?: string;
  /** The keys of server-side apply; absent for a set of plain values. */
  readonly mapKeys?: readonly string[];
}

const named: ListKeys = { patchKey: 'name', mapKeys: ['name'] };
const typed: ListKeys = { patchKey: 'type', mapKeys: ['type'] };

const MERGED_LISTS: Readonly<Record<string, ListKeys>> = {
  'V1ObjectMeta.finalizers': {},
  'V1ObjectMeta.ownerReferences': { patchKey: 'uid', mapKeys: ['uid'] },
  'V1ServiceSpec.ports': { patchKey: 'port', mapKeys: ['port', 'protocol'] },
  'V1ServiceStatus.conditions': typed,
  'V1PodSpec.containers': named,
  'V1PodSpec.initContainers': named,
  'V1PodSpec.ephemeralContainers': named,
  'V1PodSpec.imagePullSecrets': named,
  'V1PodSpec.volumes': named,
  'V1PodSpec.schedulingGates': named,
  'V1PodSpec.resourceClaims': named,
  'V1PodSpec.hostAliases': { patchKey: 'ip', mapKeys: ['ip'] },
  'V1PodSpec.topologySpreadConstraints': { patchKey: 'topologyKey', mapKeys: ['topologyKey', 'whenUnsatisfiable'] },
  'V1Container.ports': { patchKey: 'containerPort', mapKeys: ['containerPort', 'protocol'] },
  'V1Container.env': named,
  'V1Container.volumeMounts': { patchKey: 'mountPath', mapKeys: ['mountPath'] },
  'V1Container.volumeDevices': { patchKey: 'devicePath', mapKeys: ['devicePath'] },
  'V1EphemeralContainer.ports': { patchKey: 'containerPort', mapKeys: ['containerPort', 'protocol'] },
  'V1EphemeralContainer.env': named,
  'V1EphemeralContainer.volumeMounts': { patchKey: 'mountPath', mapKeys: ['mountPath'] },
  'V1EphemeralContainer.volumeDevices': { patchKey: 'devicePath', mapKeys: ['devicePath'] },
  'V1ContainerStatus.volumeMounts': { patchKey: 'mountPath', mapKeys: ['mountPath'] },
  'V1ContainerStatus.allocatedResourcesStatus': named,
  'V1PodStatus.resourceClaimStatuses': named,
  'V1PodStatus.conditions': typed,
  'V1PodStatus.podIPs': { patchKey: 'ip', mapKeys: ['ip'] },
  'V1PodStatus.hostIPs': { patchKey: 'ip', mapKeys: ['ip'] },
  'V1DeploymentStatus.conditions': typed,
  'V1ReplicaSetStatus.conditions': typed,
  'V1NodeStatus.conditions': typed,
  'V1NodeStatus.addresses': typed,
  'V1NodeSpec.podCIDRs': {},
  'V1NamespaceStatus.conditions': typed,
  'V1PodDisruptionBudgetStatus.conditions': typed,
  'V1ServiceAccount.secrets': named,
  'V1CustomResourceDefinitionStatus.conditions': { mapKeys: ['type'] },
};

/** Objects that are not simply merged: `retainKeys` drops what the patch does not list, `replace` takes the patch as a whole. */
export const OBJECT_STRATEGIES: Readonly<Record<string, string>> = { 'V1DeploymentSpec.strategy': 'retainKeys', 'V1PodDisruptionBudgetSpec.selector': 'replace' };

/** The keys of a list field of a model; undefined for a list that is replaced as a whole. */
export function listKeys(model: string, field: string): ListKeys | undefined {
  return MERGED_LISTS[`${model}.${field}`];
}

/** Defaults that server-side apply needs to tell entries apart: a port without a protocol is a TCP port. */
export const KEY_DEFAULTS: Readonly<Record<string, string>> = { 'V1ServicePort.protocol': 'TCP', 'V1ContainerPort.protocol': 'TCP' };
