import { z } from 'zod';
import { Settings } from '../../../shared/contract/settings';
import { checkSettings } from '../../../shared/desired/check-settings';
import { buildServiceModel } from '../../../shared/desired/service/build-service-model';
import { isBackendGroup, serviceStack, stackTags } from '../../../shared/desired/tracking';
import type { ServiceFacts } from '../../../shared/model/facts';
import { loadBalancerFacts, networkFacts, parseEnvironment, securityGroupFacts } from './environment';
import type { Environment } from './environment';
import { lbcModel, listenerCertificates } from './lbc-model';
import type { Plain, PlainObject } from './merge-deeply';
import type { Vector } from './read-vector';
import { serviceObjects, subjectAmong } from './service-objects';

/** The id that a shared backend security group gets in vectors where it would have to be created. */
const NEW_BACKEND_GROUP = 'sg-0bac0bac0bac0bac0';

/** What a vector's `expected` holds, as we compute it; or a refusal. */
export type Answer = PlainObject;

/** Computes the model of a vector's Service. Throws where the vector itself is not understood. */
export function answerService(vector: Vector): Answer {
  const environment = parseEnvironment(vector.environment);
  const settings = Settings.safeParse(environment.settings);
  if (!settings.success) return refusal({ code: 'InvalidSettings', message: z.prettifyError(settings.error) }, { settingsRefused: true });
  const [problem] = checkSettings(settings.data, environment.cluster);
  if (problem) return refusal(problem, { settingsRefused: true });
  return answerModel(serviceFacts(vector, environment), settings.data, environment);
}

/** A refusal as the command prints it. */
export function refusal({ code, message }: { readonly code: string; readonly message: string }, more: Record<string, Plain> = {}): Answer {
  return { ...more, error: { code, message } };
}

function answerModel(facts: ServiceFacts, settings: Settings, environment: Environment): Answer {
  const built = buildServiceModel(facts, settings);
  if (built.outcome === 'refused') {
    const [problem] = built.problems;
    return refusal(problem ?? { code: 'Unknown', message: 'refused without a reason' });
  }
  const certificates = listenerCertificates(built.model);
  return {
    model: lbcModel(built.model, backendGroupId(environment)),
    backendSecurityGroupNeeded: built.outcome === 'load-balancer' && built.backendGroupNeeded,
    ...(certificates && { listenerCertificates: certificates }),
  };
}

/** The facts of a vector's Service: everything that its environment lists. */
export function serviceFacts(vector: Vector, environment: Environment): ServiceFacts {
  const services = serviceObjects(vector.objects);
  const { namespace, name } = vector.subject;
  const service = subjectAmong(services, vector);
  const { cluster } = environment;
  // Only the tags of today count here, as where we read AWS: those of LBC's first version make a resource ours, but tell a model nothing (LBC's behaviour §1.3).
  const ours = Object.entries(stackTags(serviceStack(cluster.name, { id: `${namespace ?? ''}/${name ?? ''}` })));
  const existing = loadBalancerFacts(environment).find(({ vpcId, tags }) => vpcId === cluster.vpcId && ours.every(([key, value]) => tags[key] === value));
  return {
    cluster: { id: 'vector', name: cluster.name, region: cluster.region, accountId: cluster.accountId, vpcId: cluster.vpcId },
    service,
    extraServices: services.filter((other) => other !== service && other.metadata.namespace === namespace),
    network: networkFacts(environment),
    securityGroups: securityGroupFacts(environment),
    ...(existing && { existingLoadBalancer: existing }),
  };
}

function backendGroupId(environment: Environment): string {
  const { cluster } = environment;
  const found = securityGroupFacts(environment).find(({ vpcId, tags }) => vpcId === cluster.vpcId && isBackendGroup(cluster.name, tags));
  return found?.id ?? NEW_BACKEND_GROUP;
}
