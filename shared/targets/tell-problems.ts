import type { ClusterClient } from '../kubernetes/cluster-client';
import type { Service, TargetGroupBinding } from '../model/kubernetes';
import type { Problem } from '../model/problem';
import { digest } from './digest';

/** Whom to tell what. */
export interface Telling {
  readonly client: ClusterClient;
  readonly binding: TargetGroupBinding;
  /** Undefined where the binding's Service does not exist. */
  readonly service: Service | undefined;
  readonly problems: readonly Problem[];
  /** Digests of what was told before. */
  readonly told: readonly string[];
}

/**
 * One Warning Event per problem, on the binding and on its Service, which is where people look. What was told already is not told again until it has been away.
 * Answers the digests of what stands now.
 */
export async function tellProblems({ client, binding, service, problems, told }: Telling): Promise<string[]> {
  const objects = [referenceOf('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', binding), ...(service ? [referenceOf('v1', 'Service', service)] : [])];
  for (const problem of problems.filter((candidate) => !told.includes(digest(candidate)))) {
    for (const object of objects) await client.recordEvent({ object, type: 'Warning', reason: problem.code, message: problem.message });
  }
  return problems.map((problem) => digest(problem));
}

/** With the uid: `kubectl describe` shows no Event that lacks it. */
function referenceOf(apiVersion: string, kind: string, { metadata: { namespace = '', name, uid } }: Pick<Service | TargetGroupBinding, 'metadata'>) {
  return { apiVersion, kind, namespace, name, ...(uid === undefined ? {} : { uid }) };
}
