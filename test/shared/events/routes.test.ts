import { describe, expect, it } from 'vitest';
import { routesOf } from '../../../shared/events/routes';

const object = (resource: string, name: string, fields: { group?: string; namespace?: string } = {}) => ({ group: '', resource, namespace: 'default', name, ...fields });

describe('routesOf', () => {
  it.each([
    ['a Service without a hint', object('services', 'web'), {}, ['svc#c1#default/web'], ['services#default/web']],
    ['a Service that may ask', object('services', 'web'), { candidate: 'true' }, ['svc#c1#default/web'], ['services#default/web']],
    ['a Service that cannot ask', object('services', 'web'), { candidate: 'false' }, [], ['services#default/web']],
    ['a binding', object('targetgroupbindings', 'b', { group: 'elbv2.k8s.aws' }), {}, ['tg#c1#default/b'], ['targetgroupbindings#default/b']],
    ['a slice with its Service', object('endpointslices', 'web-x7k2p', { group: 'discovery.k8s.io' }), { service: 'web' }, [], ['endpointslices#default/web']],
    ['a slice without a hint', object('endpointslices', 'my-web-x7k2p', { group: 'discovery.k8s.io' }), {}, [], ['endpointslices#default/my-web']],
    ['a slice with an empty hint', object('endpointslices', 'web-x7k2p', { group: 'discovery.k8s.io' }), { service: '' }, [], ['endpointslices#default/web']],
    ['a node', object('nodes', 'ip-10-0-0-1', { namespace: '' }), {}, [], ['nodes#/ip-10-0-0-1', 'nodes#*']],
    ['a Secret', object('secrets', 's'), {}, [], ['secrets#default/s']],
    ['a name that no key can hold', object('services', 'not a name!'), {}, [], ['services#default/not a name!']],
    ['a Service of another group', object('services', 'web', { group: 'serving.knative.dev' }), {}, [], ['services#default/web']],
  ])('%s', (_name, ref, hints: Record<string, string>, keys, references) => {
    expect(routesOf('c1', ref, hints)).toEqual({ keys, references });
  });
});
