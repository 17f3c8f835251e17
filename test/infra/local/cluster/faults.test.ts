import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../../infra/local/cluster/faults';
import { aCluster, aService, SERVICES } from './a-cluster';

describe('faults', () => {
  it.each<[Fault, number, string]>([
    [{ kind: 'conflict' }, 409, 'Conflict'],
    [{ kind: 'expired' }, 410, 'Expired'],
    [{ kind: 'tooManyRequests', retryAfterSeconds: 3 }, 429, 'TooManyRequests'],
    [{ kind: 'serverError', code: 503 }, 503, 'ServiceUnavailable'],
  ])('answer with %j, the nth call and only that one', async (fault, code, reason) => {
    const { call, cluster } = aCluster();
    cluster.faults.add({ verb: 'patch', resource: 'services/status', nth: 2, fault });
    await call('POST', SERVICES, aService('web'));
    const patch = () => call('PATCH', `${SERVICES}/web/status`, { status: { loadBalancer: {} } });
    const answers = [await patch(), await patch(), await patch()];
    expect(answers.map((answer) => answer.code)).toEqual([200, code, 200]);
    expect(answers[1]?.object['reason']).toBe(reason);
    expect(answers[1]?.headers['retry-after']).toBe(fault.kind === 'tooManyRequests' ? '3' : undefined);
  });

  it('let a call hang until it is given up, without having done anything', async () => {
    const { call, cluster } = aCluster();
    cluster.faults.add({ verb: 'create', fault: { kind: 'hang' } });
    const patience = new AbortController();
    const hanging = cluster.handle({ method: 'POST', path: SERVICES, headers: {}, body: JSON.stringify(aService('web')), signal: patience.signal });
    patience.abort();
    await expect(hanging).rejects.toThrow('given up');
    expect((await call('GET', `${SERVICES}/web`)).code).toBe(404);
  });

  it('never hit what the cluster does itself', async () => {
    const { call, cluster, pass } = aCluster();
    cluster.faults.add({ times: 1000, verb: 'create', fault: { kind: 'conflict' } });
    pass(2);
    expect((await call('GET', '/api/v1/namespaces/default/serviceaccounts/default')).code).toBe(200);
  });
});

describe('the call log', () => {
  it('names verb, resource, object, caller and code', async () => {
    const { call, cluster } = aCluster();
    await call('POST', SERVICES, aService('web'));
    await call('PATCH', `${SERVICES}/web/status`, {});
    await call('GET', `${SERVICES}/none`);
    await call('GET', '/apis/apps/v1/deployments');
    await call('GET', '/version');
    expect(cluster.calls.all().map(({ verb, resource, namespace, name, userAgent, code }) => [verb, resource, namespace, name, userAgent, code])).toEqual([
      ['create', 'services', 'default', undefined, 'test/1', 201],
      ['patch', 'services/status', 'default', 'web', 'test/1', 200],
      ['get', 'services', 'default', 'none', 'test/1', 404],
      ['list', 'deployments.apps', undefined, undefined, 'test/1', 200],
      ['get', '/version', undefined, undefined, 'test/1', 200],
    ]);
  });
});
