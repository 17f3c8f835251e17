import { globSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceFacts } from '../../../../infra/cli/vectors/answer-service';
import { parseEnvironment } from '../../../../infra/cli/vectors/environment';
import { readVector } from '../../../../infra/cli/vectors/read-vector';
import { Settings } from '../../../../shared/contract/settings';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../../../../shared/desired/annotations/service-table';
import { REASONS } from '../../../../shared/desired/reasons';
import { buildServiceModel } from '../../../../shared/desired/service/build-service-model';
import { neededFacts } from '../../../../shared/desired/service/needed-facts';
import type { ServiceFacts, SubnetFacts } from '../../../../shared/model/facts';
import type { Resource } from '../../../../shared/model/model';

/** Every Service of the vectors, as a corpus of things that people write. */
const VECTORS = join(import.meta.dirname, '../../../vectors');
const corpus = globSync('service/**/*.yaml', { cwd: VECTORS })
  .filter((file) => !file.startsWith('service/settings-refused/'))
  .sort()
  .map((file) => {
    const vector = readVector(join(VECTORS, file));
    const environment = parseEnvironment(vector.environment);
    return { file, facts: serviceFacts(vector, environment), settings: Settings.parse(environment.settings) };
  });
const aCase = fc.constantFrom(...corpus);

const shuffled = <Item>(items: readonly Item[], seed: number): Item[] => {
  const ranked = items.map((item, at) => ({ item, rank: ((at + 1) * seed * 2654435761) % 4294967296 }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
};
const shuffledKeys = (object: Readonly<Record<string, string>> | undefined, seed: number): Record<string, string> => Object.fromEntries(shuffled(Object.entries(object ?? {}), seed));
const aSeed = fc.integer({ min: 1, max: 1_000_000 });

const written = ['', ' ', ',', 'a', 'a=b', 'a=b,c', 'true', 'F', '*', '80', '-1', '0x50', '2147483648', 'on', 'off', 'ip', 'instance', 'internal', 'internet-facing', 'dualstack', 'http', 'traffic-port', 'ssl', 'subnet-1', 'sg-1', 'tw*', 'demo-public-a', '10.20.48.5', '2600:1F13:a00:110::aa', '::ffff:1.2.3.4', 'fe80::1%eth0', 'auto_assigned', '2600:1f13:a00:110::/80', '0.0.0.0/0', '::/0', 'CapacityUnits=1', 'preserve_client_ip.enabled=true', 'proxy_protocol_v2.enabled=', '{"type":"forward"}', '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"checkout-next","servicePort":8081}]}}', '[[[', '__proto__=x'];
const aValue = fc.oneof(fc.constantFrom(...written), fc.array(fc.constantFrom(...written), { minLength: 2, maxLength: 3 }).map((values) => values.join(',')), fc.string());
const aSuffix = fc.constantFrom(...Object.values(SERVICE_ANNOTATIONS).map(({ suffix }) => suffix)).chain((suffix) => fc.tuple(fc.constantFrom('TCP', 'UDP', 'TLS'), fc.constantFrom('80', '443', '53')).map(([protocol, port]) => suffix.replace('<protocol>', protocol).replace('<port>', port)));
const anAnnotation = fc.tuple(aSuffix, aValue).map(([suffix, value]) => [`${SERVICE_PREFIX}/${suffix}`, value] as const);

/** Only what was asked for, as a frugal reader would give it. */
function narrowed(facts: ServiceFacts, settings: Settings): ServiceFacts {
  const needs = neededFacts({ service: facts.service, settings, ...(facts.existingLoadBalancer && { existingLoadBalancer: facts.existingLoadBalancer }) });
  const { network, cluster } = facts;
  const ofVpc = network.subnets.filter(({ vpcId }) => vpcId === cluster.vpcId);
  const { subnets: need } = needs;
  const byRole = need?.by === 'role' ? ofVpc.filter(({ tags }) => need.values.includes(tags[need.tag] ?? 'none')) : [];
  const fallsBack = need?.by === 'role' && byRole.length === 0 && need.reachabilityFallback;
  const selected = (subnet: SubnetFacts): boolean => need?.by === 'selected' && (need.ids.includes(subnet.id) || (subnet.vpcId === cluster.vpcId && need.names.includes(subnet.tags.Name ?? '')));
  const asked = need?.by === 'selected' ? network.subnets.filter(selected) : byRole;
  const names = needs.securityGroups.names;
  return {
    ...facts,
    extraServices: facts.extraServices.filter(({ metadata }) => needs.extraServices.includes(metadata.name)),
    securityGroups: facts.securityGroups.filter(({ id }) => needs.securityGroups.ids.includes(id) || names.length > 0),
    network: {
      vpc: needs.vpc ? network.vpc : { ...network.vpc, cidrBlocks: [], ipv6CidrBlocks: [] },
      subnets: fallsBack ? ofVpc : asked,
      zones: needs.zones ? network.zones : [],
      routeTables: fallsBack ? network.routeTables : [],
    },
  };
}

describe('the model of a Service', () => {
  it.each([...Map.groupBy(corpus, ({ file }) => file.split('/')[1])])('needs no more facts than were asked for: %s', (_, cases) => {
    const built = cases.map(({ file, facts, settings }) => ({ file, model: buildServiceModel(facts, settings) }));
    expect(cases.map(({ file, facts, settings }) => ({ file, model: buildServiceModel(narrowed(facts, settings), settings) }))).toEqual(built);
  });

  it('or a reason comes of anything that annotations can hold, and of no more facts than were asked for', () => {
    fc.assert(
      fc.property(aCase, fc.array(anAnnotation, { minLength: 1, maxLength: 3 }), ({ facts, settings }, annotations) => {
        const { service } = facts;
        const changed = { ...facts, service: { ...service, metadata: { ...service.metadata, annotations: { ...service.metadata.annotations, ...Object.fromEntries(annotations) } } } };
        const built = buildServiceModel(changed, settings);
        expect(buildServiceModel(narrowed(changed, settings), settings)).toEqual(built);
        if (built.outcome === 'refused') expect(Object.keys(REASONS)).toContain(built.problems[0]?.code);
      }),
      { numRuns: 1000 },
    );
  });

  it('survives JSON', () => {
    fc.assert(
      fc.property(aCase, ({ facts, settings }) => {
        const built = buildServiceModel(facts, settings);
        expect(JSON.parse(JSON.stringify(built))).toStrictEqual(built);
      }),
    );
  });

  it('does not depend on the order of annotations and tags', () => {
    fc.assert(
      fc.property(aCase, aSeed, ({ facts, settings }, seed) => {
        const { service } = facts;
        const other = { ...service, metadata: { ...service.metadata, annotations: shuffledKeys(service.metadata.annotations, seed) } };
        const defaultTags = shuffledKeys(settings.defaultTags, seed);
        expect(buildServiceModel({ ...facts, service: other }, { ...settings, defaultTags })).toEqual(buildServiceModel(facts, settings));
      }),
    );
  });

  it('does not depend on the order in which AWS lists subnets, zones and route tables', () => {
    fc.assert(
      fc.property(aCase, aSeed, ({ facts, settings }, seed) => {
        const { network } = facts;
        const other = { ...network, subnets: shuffled(network.subnets, seed), zones: shuffled(network.zones, seed), routeTables: shuffled(network.routeTables, seed) };
        expect(buildServiceModel({ ...facts, network: other }, settings)).toEqual(buildServiceModel(facts, settings));
      }),
    );
  });

  it('does not depend on the order of ports, where no two have one number and none names another', () => {
    const plain = corpus.filter(({ facts }) => {
      const numbers = (facts.service.spec.ports ?? []).map(({ port }) => port);
      return new Set(numbers).size === numbers.length && facts.extraServices.length === 0 && !Object.keys(facts.service.metadata.annotations ?? {}).some((key) => key.includes('/actions.'));
    });
    fc.assert(
      fc.property(fc.constantFrom(...plain), aSeed, ({ facts, settings }, seed) => {
        const { service } = facts;
        const other = { ...service, spec: { ...service.spec, ports: shuffled(service.spec.ports ?? [], seed) } };
        expect(asSet(buildServiceModel({ ...facts, service: other }, settings))).toEqual(asSet(buildServiceModel(facts, settings)));
      }),
    );
  });
});

/** Resources and rules as sets; of a refusal only that it is one, since the first broken port is told. */
function asSet(built: ReturnType<typeof buildServiceModel>): unknown {
  if (built.outcome === 'refused') return built.outcome;
  const withoutOrder = (resource: Resource): unknown => (resource.type === 'security-group' ? { ...resource, spec: { ...resource.spec, ingress: new Set((resource.spec.ingress ?? []).map((rule) => JSON.stringify(rule))) } } : resource);
  return new Map(built.model.resources.map((resource) => [resource.id, withoutOrder(resource)]));
}
