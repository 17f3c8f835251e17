/** The parts of Kubernetes objects that the heart reads, as plain data. Unknown fields may be there and are ignored. */

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string }[];
}

export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
  readonly appProtocol?: string;
}

export interface Service extends KubernetesObject {
  readonly spec: {
    readonly type?: string;
    readonly ports?: readonly ServicePort[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly loadBalancerClass?: string;
    readonly loadBalancerSourceRanges?: readonly string[];
    readonly externalTrafficPolicy?: string;
    readonly healthCheckNodePort?: number;
    readonly allocateLoadBalancerNodePorts?: boolean;
    readonly ipFamilies?: readonly string[];
    readonly ipFamilyPolicy?: string;
    readonly clusterIP?: string;
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly {
        readonly hostname?: string;
        readonly ip?: string;
        readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
      }[];
    };
  };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface Node extends KubernetesObject {
  readonly spec?: { readonly providerID?: string; readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[] };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

export interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly readinessGates?: readonly { readonly conditionType: string }[];
    readonly containers?: readonly {
      readonly name: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
    readonly initContainers?: readonly {
      readonly name: string;
      readonly restartPolicy?: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly hostIP?: string;
    readonly conditions?: readonly Condition[];
  };
}

export interface EndpointSlice extends KubernetesObject {
  readonly addressType: string;
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean | null; readonly serving?: boolean | null; readonly terminating?: boolean | null };
    readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly namespace?: string; readonly uid?: string };
    readonly nodeName?: string;
    readonly zone?: string;
  }[] | null;
  readonly ports?: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[] | null;
}

/** A TargetGroupBinding as it stands in the cluster: every value is literal. LBC's behaviour §3.1. */
export interface TargetGroupBinding extends KubernetesObject {
  readonly spec: {
    readonly targetGroupARN?: string;
    readonly targetGroupName?: string;
    readonly targetType?: string;
    readonly targetGroupProtocol?: string;
    readonly serviceRef: { readonly name: string; readonly port: number | string };
    readonly networking?: {
      readonly ingress?: readonly {
        readonly from?: readonly { readonly ipBlock?: { readonly cidr: string }; readonly securityGroup?: { readonly groupID: string } }[];
        readonly ports?: readonly { readonly protocol?: string; readonly port?: number | string }[] | null;
      }[];
    };
    readonly nodeSelector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
    };
    readonly ipAddressType?: string;
    readonly vpcID?: string;
    readonly multiClusterTargetGroup?: boolean;
    readonly iamRoleArnToAssume?: string;
    readonly assumeRoleExternalId?: string;
  };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}
