import type { KubeObject } from '../kube-object';

const EVERYTHING = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];

/** The answer to "may I?": there is no authorization here, so everyone may do everything. */
export function answerReview(review: KubeObject): KubeObject {
  if (review.kind === 'SelfSubjectRulesReview') {
    return { ...review, status: { resourceRules: EVERYTHING, nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false } };
  }
  return { ...review, status: { allowed: true, reason: 'the local cluster allows everything' } };
}
