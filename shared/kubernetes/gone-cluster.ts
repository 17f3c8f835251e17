import type { ClusterClient } from './cluster-client';

/**
 * The API of a cluster that an operator has declared gone: nothing is in it, and nothing can be written into it. With it the ordinary passes take away what the
 * cluster has left in AWS, without a word to a server that is not there, or is somebody else's by now.
 */
export const GONE_CLUSTER: ClusterClient = {
  get: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  create: (_, { metadata: { name } }) => Promise.reject(new Error(`${name} was to be created in a cluster that is gone`)),
  patch: () => Promise.resolve(undefined),
  apply: (_, { metadata: { name } }) => Promise.reject(new Error(`${name} was to be written into a cluster that is gone`)),
  delete: () => Promise.resolve(),
  recordEvent: () => Promise.resolve(),
};
