import type { ClusterClient } from '../kubernetes/cluster-client';
import type { TargetGroupBinding } from '../model/kubernetes';
import type { Problem } from '../model/problem';
import { digest } from './digest';

/**
 * One Warning Event per problem, on the binding and on its Service, which is where people look. What was told already is not told again until it has been away.
 * Answers the digests of what stands now.
 */
export async function tellProblems({ client, binding, problems, told }: { client: ClusterClient; binding: TargetGroupBinding; problems: readonly Problem[]; told: readonly string[] }): Promise<string[]> {
  const { namespace = '', name, uid } = binding.metadata;
  const objects = [
    { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', namespace, name, ...(uid === undefined ? {} : { uid }) },
    { apiVersion: 'v1', kind: 'Service', namespace, name: binding.spec.serviceRef.name },
  ];
  for (const problem of problems.filter((candidate) => !told.includes(digest(candidate)))) {
    for (const object of objects) await client.recordEvent({ object, type: 'Warning', reason: problem.code, message: problem.message });
  }
  return problems.map((problem) => digest(problem));
}
