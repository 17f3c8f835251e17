import { CfnAccessEntry, CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import * as z from 'zod';
import { ClusterId } from '../shared/contract/keys';
import { statementOf } from './lambda-function';
import { forwarderPermissions } from './permissions';
import type { PermissionScope } from './permissions/permission';

/** Group that infra/cluster/manifests/functions-rbac.yaml gives its rights to. */
const KUBERNETES_GROUP = 'stepbalancer';
const FORWARDER = { namespace: 'kube-system', serviceAccount: 'stepbalancer-forwarder' };

/** An EKS cluster that the functions may enter: its id here (`stepbalancer cluster add <id>`) and its name in EKS, by default the same. */
const EksClusterContext = z.strictObject({ id: ClusterId, name: z.string().min(1).max(100).optional() });
export type EksClusterContext = z.infer<typeof EksClusterContext>;

/** The context parameter `eksClusters`: a list, or with `-c` its JSON text. Throws an Error that says what was expected. */
export function parseEksClusters(context: unknown): readonly EksClusterContext[] {
  const expected = 'context eksClusters: expected a list like [{"id":"prod","name":"my-eks-cluster"}]';
  if (context === undefined) return [];
  const parsed = z.array(EksClusterContext).safeParse(typeof context === 'string' ? parseText(context) : context);
  if (!parsed.success) throw new Error(`${expected}. ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface EksClusterProps {
  readonly cluster: EksClusterContext;
  /** Roles of the functions that look into clusters, by function name. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly scope: PermissionScope;
}

/** The two doors between stepbalancer and one EKS cluster: functions into its API (access entries), its forwarder onto the bus (Pod Identity). */
export class EksCluster extends Construct {
  constructor(parent: Construct, { cluster, roles, scope }: EksClusterProps) {
    super(parent, `EksCluster-${cluster.id}`);
    const clusterName = cluster.name ?? cluster.id;
    for (const [name, role] of roles) new CfnAccessEntry(this, `AccessEntry-${name}`, { clusterName, principalArn: role.roleArn, type: 'STANDARD', kubernetesGroups: [KUBERNETES_GROUP] });

    const pods = new ServicePrincipal('pods.eks.amazonaws.com');
    const forwarder = new Role(this, 'ForwarderRole', { assumedBy: pods.withSessionTags(), description: `stepbalancer: the forwarder of cluster ${cluster.id} puts events on the bus` });
    for (const permission of forwarderPermissions(cluster.id, scope)) forwarder.addToPolicy(statementOf(permission));
    new CfnPodIdentityAssociation(this, 'Forwarder', { clusterName, roleArn: forwarder.roleArn, ...FORWARDER });
  }
}
