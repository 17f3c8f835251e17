import * as other from '../defaults/other-defaults';
import { fillPodDefaults, resetPodStatus } from '../defaults/pod-defaults';
import { carryServiceFields, fillServiceDefaults } from '../defaults/service-defaults';
import { fillDeploymentDefaults, fillReplicaSetDefaults } from '../defaults/workload-defaults';
import * as otherRules from '../validation/other-rules';
import { checkService, checkServiceUpdate } from '../validation/service-rules';
import { checkPod, checkPodUpdate, checkWorkload, checkWorkloadUpdate } from '../validation/workload-rules';
import type { Behaviour } from './kind';

const binding: Behaviour = { fillDefaults: other.fillBindingDefaults, validateUpdate: otherRules.checkBindingUpdate };

/** What the built-in kinds do on the way into the store, by the place where they are kept. Kinds that are absent do nothing of their own. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  services: {
    prepareCreate: (draft) => void (draft.status = { loadBalancer: {} }),
    prepareUpdate: carryServiceFields,
    fillDefaults: fillServiceDefaults,
    validate: checkService,
    validateUpdate: checkServiceUpdate,
  },
  pods: { prepareCreate: resetPodStatus, fillDefaults: fillPodDefaults, validate: checkPod, validateUpdate: checkPodUpdate },
  'deployments.apps': { fillDefaults: fillDeploymentDefaults, validate: checkWorkload, validateUpdate: checkWorkloadUpdate },
  'replicasets.apps': {
    prepareCreate: (draft) => void (draft.status = { replicas: 0 }),
    fillDefaults: fillReplicaSetDefaults,
    validate: checkWorkload,
    validateUpdate: checkWorkloadUpdate,
  },
  namespaces: { prepareCreate: other.prepareNamespace, fillDefaults: other.labelNamespace },
  nodes: { validateUpdate: otherRules.checkNodeUpdate },
  secrets: { fillDefaults: other.fillSecretDefaults, validateUpdate: otherRules.checkContentUpdate },
  configmaps: { validateUpdate: otherRules.checkContentUpdate },
  endpoints: { fillDefaults: other.fillEndpointsDefaults },
  'endpointslices.discovery.k8s.io': { fillDefaults: other.fillEndpointSliceDefaults, validate: otherRules.checkEndpointSlice, validateUpdate: otherRules.checkEndpointSliceUpdate },
  'ingresses.networking.k8s.io': { prepareCreate: (draft) => void (draft.status = { loadBalancer: {} }), validate: otherRules.checkIngress },
  'ingressclasses.networking.k8s.io': { validateUpdate: otherRules.checkIngressClassUpdate },
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
  'rolebindings.rbac.authorization.k8s.io': binding,
  'customresourcedefinitions.apiextensions.k8s.io': { prepareCreate: other.prepareCrd, fillDefaults: other.fillCrdDefaults, validate: otherRules.checkCrd },
};
