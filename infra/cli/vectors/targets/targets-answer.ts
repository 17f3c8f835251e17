import { resolveTargets } from '../../../../shared/desired/targets/resolve-targets';
import type { ApiObject } from '../../../../shared/kubernetes/cluster-client';
import type { TargetGroupBinding } from '../../../../shared/model/kubernetes';
import { readTargetFacts } from '../../../../shared/targets/read-target-facts';
import { type Plain, type PlainObject, isPlainObject, mergeDeeply } from '../merge-deeply';
import type { Vector } from '../read-vector';
import { type Account, type AccountRule, changeFacts } from './account';
import { type TargetSession, openSession } from './session';

/** Answers a vector of a TargetGroupBinding by running the target lane on the vector's account and cluster. */
export async function answerTargets(vector: Vector): Promise<PlainObject> {
  if (vector.objects.some(assumesRole)) return { pending: 'assumed roles' };
  const session = await openSession(vector.environment, vector.objects);
  const { namespace = '', name = '' } = vector.subject;
  const steps = vector.document['steps'];
  if (!Array.isArray(steps)) return reconcileOnce(session, namespace, name);
  const answers: PlainObject[] = [];
  let environment = vector.environment;
  for (const step of steps as readonly PlainObject[]) {
    if (isPlainObject(step['environment'])) {
      environment = mergeDeeply(environment, step['environment']) as PlainObject;
      changeFacts(session.account, step['environment']);
      if ('settings' in step['environment']) await session.changeSettings(environment['settings']);
    }
    for (const object of list(step['apply'])) session.cluster.apply(object as unknown as ApiObject);
    for (const target of list(step['delete'])) session.cluster.delete(target as unknown as { kind: string; namespace?: string; name: string });
    if (typeof step['reconcile'] !== 'string') continue;
    const [stepNamespace = '', stepName = ''] = step['reconcile'].split('/');
    answers.push({ reconcile: step['reconcile'], ...(await reconcileOnce(session, stepNamespace, stepName)) });
  }
  return { steps: answers };
}

async function reconcileOnce(session: TargetSession, namespace: string, name: string): Promise<PlainObject> {
  const { account, cluster } = session;
  const before = rulesOf(account);
  const [calls, writes, events] = [account.calls.length, cluster.writes.length, cluster.events.length];
  const resolved = await resolveNow(session, namespace, name);
  session.errors.length = 0;
  await session.reconcile(namespace, name);
  const problems = cluster.events.slice(events).filter(({ object }) => object.kind === 'TargetGroupBinding');
  const [error] = session.errors;
  return {
    ...resolved,
    calls: account.calls.slice(calls) as unknown as Plain,
    ...nonEmpty('podConditions', podConditions(session, writes)),
    ...nonEmpty('multiClusterConfigMap', configMaps(session, writes)),
    ...changedRules(before, rulesOf(account)),
    ...nonEmpty('problems', problems.map(({ reason, message }) => ({ code: reason, message }))),
    ...(error === undefined ? {} : { error: { code: error instanceof Error ? error.name : 'Unknown', message: error instanceof Error ? error.message : 'unknown' } }),
  };
}

/** The endpoints as resolved. */
async function resolveNow({ cluster, deps }: TargetSession, namespace: string, name: string): Promise<PlainObject> {
  const binding = cluster.objects().find((object) => object.kind === 'TargetGroupBinding' && object.metadata.namespace === namespace && object.metadata.name === name) as TargetGroupBinding | undefined;
  const item = await deps.store.clusters.get('vector');
  if (!binding || !item || binding.metadata.deletionTimestamp !== undefined) return { targets: [] };
  const resolution = resolveTargets(await readTargetFacts({ client: cluster.client, refer: () => Promise.resolve() }, { binding, cluster: item }));
  if (resolution.outcome === 'resolved') return { targets: resolution.targets.map(({ id, port, quicServerId }) => ({ id, port, ...(quicServerId === undefined ? {} : { quicServerId }) })) };
  return { targets: [], targetsError: resolution.problems.map(({ code, message }) => `${code}: ${message}`).join('; ') };
}

function podConditions({ cluster }: TargetSession, from: number): PlainObject[] {
  const patches = cluster.writes.slice(from).filter(({ kind, verb }) => kind === 'Pod' && verb === 'patch');
  return patches
    .flatMap(({ namespace, name, body }) => {
      const { conditions } = (body as { status: { conditions: readonly Record<string, string>[] } }).status;
      return conditions.map(({ type = '', status = '', reason, message, lastTransitionTime }) => ({
        pod: `${namespace}/${name}`,
        type,
        status,
        ...(reason ? { reason } : {}),
        ...(message ? { message } : {}),
        lastTransitionTime: lastTransitionTime?.startsWith('2026-03-02T1') ? 'now' : 'unchanged',
      }));
    })
    .sort((a, b) => (a.pod < b.pod ? -1 : 1));
}

/** What each ConfigMap of own targets came to be. */
function configMaps({ cluster }: TargetSession, from: number): PlainObject[] {
  const writes = cluster.writes.slice(from).filter(({ kind }) => kind === 'ConfigMap');
  const last = new Map(writes.map((write) => [`${write.namespace}/${write.name}`, write]));
  return [...last].map(([name, { body, verb }]) => {
    const text = (body as { data?: { targets?: string } }).data?.targets ?? '';
    const created = writes.some((write) => `${write.namespace}/${write.name}` === name && write.verb === 'create');
    return verb === 'delete' ? { name, verb } : { name, verb: created ? 'create' : 'update', targets: text.split(',').filter((id) => id !== '') };
  });
}

function rulesOf(account: Account): Record<string, string[]> {
  return Object.fromEntries([...account.rules].map(([groupId, rules]) => [groupId, rules.map(ruleLine).sort()]));
}

function changedRules(before: Record<string, string[]>, after: Record<string, string[]>): PlainObject {
  const changed = Object.entries(after).filter(([groupId, rules]) => JSON.stringify(rules) !== JSON.stringify(before[groupId]));
  return changed.length === 0 ? {} : { securityGroupRulesAfter: Object.fromEntries(changed) };
}

function ruleLine({ protocol, fromPort, toPort, source, description }: AccountRule): string {
  const ports = fromPort === undefined ? '' : ` ${fromPort}-${toPort ?? fromPort}`;
  return `${protocol}${ports} from ${source}${description === undefined ? '' : ` (${description})`}`;
}

function nonEmpty(name: string, items: readonly PlainObject[]): PlainObject {
  return items.length === 0 ? {} : { [name]: items };
}

function list(value: Plain | undefined): readonly PlainObject[] {
  return Array.isArray(value) ? (value as readonly PlainObject[]) : [];
}

function assumesRole(object: PlainObject): boolean {
  return object['kind'] === 'TargetGroupBinding' && isPlainObject(object['spec']) && object['spec']['iamRoleArnToAssume'] !== undefined;
}
