import type { SliceEndpoint } from '../objects';
import type { PortGroup } from './endpoint-slice-controller';

/** The `subsets` of an Endpoints object: the older form of the same endpoints, without the terminating ones. */
export function endpointsSubsets(groups: readonly PortGroup[]): Record<string, unknown>[] {
  return groups.flatMap(({ ports, endpoints }) => {
    const living = endpoints.filter(({ conditions }) => conditions?.terminating !== true);
    const ready = living.filter(({ conditions }) => conditions?.ready === true).map(address);
    const notReady = living.filter(({ conditions }) => conditions?.ready !== true).map(address);
    if (living.length === 0 || ports.length === 0) return [];
    return [{ ...(ready.length === 0 ? {} : { addresses: ready }), ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }), ports: ports.map(withoutEmptyName) }];
  });
}

function address({ addresses, nodeName, targetRef }: SliceEndpoint): object {
  return { ip: addresses[0], ...(nodeName === undefined ? {} : { nodeName }), ...(targetRef === undefined ? {} : { targetRef: { ...targetRef } }) };
}

function withoutEmptyName({ name, ...port }: PortGroup['ports'][number]): object {
  return name === '' ? port : { name, ...port };
}
