import type { KubeObject } from '../kube-object';
import { asText, fieldAt, isFields } from '../kube-object';
import type { Deployment, EndpointSlice, LabelSelector, PodTemplate, ReplicaSet } from '../objects';
import { age } from './duration';
import type { Printer } from './printer';
import { columns, formatLabels } from './printer';

const born = (object: KubeObject, now: number) => age(object.metadata.creationTimestamp, now);
const textAt = (object: unknown, path: string, absent = '<none>') => {
  const value = fieldAt(object, path);
  return value === undefined || value === null ? absent : asText(value);
};
const listAt = (object: unknown, path: string) => {
  const value = fieldAt(object, path);
  return Array.isArray(value) ? value.filter(isFields) : [];
};

const containersOf = (template: PodTemplate) => [template.spec.containers.map(({ name }) => name).join(','), template.spec.containers.map(({ image }) => image ?? '').join(',')];
const selectorText = (selector: LabelSelector) => formatLabels(selector.matchLabels);

const deployment: Printer = {
  columns: columns('Name Ready Up-to-date Available Age Containers+ Images+ Selector+'),
  cells(object, now) {
    const { spec, status } = object as Deployment;
    const ready = `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`;
    return [object.metadata.name, ready, String(status?.updatedReplicas ?? 0), String(status?.availableReplicas ?? 0), born(object, now), ...containersOf(spec.template), selectorText(spec.selector)];
  },
};

const replicaSet: Printer = {
  columns: columns('Name Desired# Current# Ready# Age Containers+ Images+ Selector+'),
  cells(object, now) {
    const { spec, status } = object as ReplicaSet;
    return [object.metadata.name, spec.replicas ?? 0, status?.replicas ?? 0, status?.readyReplicas ?? 0, born(object, now), ...containersOf(spec.template), selectorText(spec.selector)];
  },
};

const slice: Printer = {
  columns: columns('Name AddressType Ports Endpoints Age'),
  cells(object, now) {
    const { addressType, endpoints, ports } = object as EndpointSlice;
    const addresses = endpoints.flatMap((endpoint) => endpoint.addresses);
    const shown = addresses.length > 3 ? `${addresses.slice(0, 3).join(',')} + ${addresses.length - 3} more...` : addresses.join(',');
    const portText = (ports ?? []).map(({ port }) => String(port)).join(',');
    return [object.metadata.name, addressType, portText === '' ? '<unset>' : portText, addresses.length === 0 ? '<unset>' : shown, born(object, now)];
  },
};

function ingressPorts(object: KubeObject): string {
  return listAt(object, 'spec.tls').length > 0 ? '80, 443' : '80';
}

const ingress: Printer = {
  columns: columns('Name Class Hosts Address Ports Age'),
  cells(object, now) {
    const hosts = listAt(object, 'spec.rules').map((rule) => textAt(rule, 'host', '*'));
    const addresses = listAt(object, 'status.loadBalancer.ingress').map((each) => textAt(each, 'hostname', textAt(each, 'ip', '')));
    return [object.metadata.name, textAt(object, 'spec.ingressClassName'), hosts.length === 0 ? '*' : hosts.join(','), addresses.join(','), ingressPorts(object), born(object, now)];
  },
};

const binding: Printer = {
  columns: columns('Name Role Age Users+ Groups+ ServiceAccounts+'),
  cells(object, now) {
    const of = (kind: string) => listAt(object, 'subjects').filter((subject) => subject['kind'] === kind);
    const accounts = of('ServiceAccount').map((subject) => `${textAt(subject, 'namespace')}/${textAt(subject, 'name')}`);
    const names = (kind: string) => of(kind).map((subject) => textAt(subject, 'name')).join(', ');
    return [object.metadata.name, `${textAt(object, 'roleRef.kind')}/${textAt(object, 'roleRef.name')}`, born(object, now), names('User'), names('Group'), accounts.join(', ')];
  },
};

const role: Printer = { columns: columns('Name Created_At'), cells: (object) => [object.metadata.name, object.metadata.creationTimestamp] };

/** Tables of the other groups. */
export const groupPrinters: Readonly<Record<string, Printer>> = {
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  'endpointslices.discovery.k8s.io': slice,
  'leases.coordination.k8s.io': { columns: columns('Name Holder Age'), cells: (object, now) => [object.metadata.name, textAt(object, 'spec.holderIdentity', ''), born(object, now)] },
  'ingresses.networking.k8s.io': ingress,
  'ingressclasses.networking.k8s.io': {
    columns: columns('Name Controller Parameters Age'),
    cells(object, now) {
      const kind = textAt(object, 'spec.parameters.kind', '');
      const group = textAt(object, 'spec.parameters.apiGroup', '');
      const parameters = kind === '' ? '<none>' : `${kind}${group === '' ? '' : `.${group}`}/${textAt(object, 'spec.parameters.name')}`;
      return [object.metadata.name, textAt(object, 'spec.controller'), parameters, born(object, now)];
    },
  },
  'clusterroles.rbac.authorization.k8s.io': role,
  'roles.rbac.authorization.k8s.io': role,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
  'rolebindings.rbac.authorization.k8s.io': binding,
  'poddisruptionbudgets.policy': {
    columns: columns('Name Min_Available Max_Unavailable Allowed_Disruptions# Age'),
    cells: (object, now) => [object.metadata.name, textAt(object, 'spec.minAvailable', 'N/A'), textAt(object, 'spec.maxUnavailable', 'N/A'), Number(fieldAt(object, 'status.disruptionsAllowed') ?? 0), born(object, now)],
  },
  'customresourcedefinitions.apiextensions.k8s.io': { columns: columns('Name Created_At'), cells: (object) => [object.metadata.name, object.metadata.creationTimestamp] },
};

/** For a kind without a table of its own. */
export const plainPrinter: Printer = { columns: columns('Name Age'), cells: (object, now) => [object.metadata.name, born(object, now)] };
