import { describe, expect, it } from 'vitest';
import { aCluster } from './a-cluster';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

describe('discovery', () => {
  it('answers the same kinds group by group and in one aggregated document', async () => {
    const { call } = aCluster();
    const groups = (await call('GET', '/apis')).object['groups'] as { name: string; preferredVersion: { groupVersion: string } }[];
    const aggregated = await call('GET', '/apis', undefined, { accept: `${AGGREGATED},application/json` });
    expect(aggregated.headers['content-type']).toBe(AGGREGATED);
    const items = aggregated.object['items'] as { metadata: { name: string }; versions: { resources: { resource: string }[] }[] }[];
    expect(items.map(({ metadata }) => metadata.name)).toEqual(groups.map(({ name }) => name));
    for (const [index, group] of groups.entries()) {
      const resources = (await call('GET', `/apis/${group.preferredVersion.groupVersion}`)).object['resources'] as { name: string }[];
      expect(items[index]?.versions[0]?.resources.map(({ resource }) => resource)).toEqual(resources.map(({ name }) => name).filter((name) => !name.includes('/')));
    }
  });

  it('tells version and health', async () => {
    const { call } = aCluster();
    expect((await call('GET', '/version')).object).toMatchObject({ major: '1', minor: '33', gitVersion: 'v1.33.4' });
    for (const path of ['/healthz', '/readyz', '/livez', '/readyz/ping']) expect((await call('GET', path)).object['text']).toBe('ok');
  });

  it.each(['/apis/nothing.io', '/apis/nothing.io/v1', '/api/v1/nothings', '/api/v1/namespaces/default/services/a/logs', '/api/v1/namespaces/default/nodes', '/what'])('does not know %s', async (path) => {
    const { code, object } = await aCluster().call('GET', path);
    expect([code, object['message']]).toEqual([404, 'the server could not find the requested resource']);
  });

  it('allows everybody everything, and says so', async () => {
    const { object } = await aCluster().call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: { resourceAttributes: { verb: 'create', resource: 'services' } } });
    expect(object.status).toMatchObject({ allowed: true });
  });
});

describe('OpenAPI', () => {
  it('describes every served kind, with all that it refers to', async () => {
    const { call } = aCluster();
    const paths = (await call('GET', '/openapi/v3')).object['paths'] as Record<string, { serverRelativeURL: string }>;
    for (const { serverRelativeURL } of Object.values(paths)) {
      const document = (await call('GET', serverRelativeURL)).object as unknown as { components: { schemas: Record<string, object> }; paths: object };
      const references = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/([^"]+)/g)].map(([, name]) => name ?? '');
      expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
      expect(Object.keys(document.paths).length).toBeGreaterThan(0);
    }
  });

  it('names merge keys and patch types, which kubectl apply needs', async () => {
    const { call } = aCluster();
    const { components, paths } = (await call('GET', '/openapi/v3/api/v1')).object as unknown as { components: { schemas: Record<string, { properties: Record<string, object> }> }; paths: Record<string, { patch?: { requestBody: { content: object } } }> };
    expect(components.schemas['io.k8s.V1ServiceSpec.ServiceSpec']?.properties['ports']).toMatchObject({ 'x-kubernetes-patch-merge-key': 'port', 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-list-map-keys': ['port', 'protocol'] });
    expect(Object.keys(paths['/api/v1/namespaces/{namespace}/services/{name}']?.patch?.requestBody.content ?? {})).toContain('application/strategic-merge-patch+json');
  });

  it('speaks Swagger to older clients', async () => {
    const { object } = await aCluster().call('GET', '/openapi/v2');
    expect(object).toMatchObject({ swagger: '2.0' });
    expect(JSON.stringify(object)).not.toContain('#/components/');
  });
});
