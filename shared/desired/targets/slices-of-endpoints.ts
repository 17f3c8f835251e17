import type { EndpointSlice, KubernetesObject } from '../../model/kubernetes';

interface EndpointAddress {
  readonly ip: string;
  readonly nodeName?: string;
  readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly namespace?: string };
}

/** The older Endpoints object (core/v1), read where `enableEndpointSlices` is false. */
export interface Endpoints extends KubernetesObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly EndpointAddress[] | null;
    readonly notReadyAddresses?: readonly EndpointAddress[] | null;
    readonly ports?: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[] | null;
  }[] | null;
}

/** Endpoints as slices, one per subset, so that one rule serves both. Their address type says nothing: Endpoints have none. */
export function slicesOfEndpoints(endpoints: Endpoints): EndpointSlice[] {
  return (endpoints.subsets ?? []).map((subset) => ({
    metadata: endpoints.metadata,
    addressType: 'IPv4',
    endpoints: [...(subset.addresses ?? []).map((address) => asEndpoint(address, true)), ...(subset.notReadyAddresses ?? []).map((address) => asEndpoint(address, false))],
    ports: subset.ports ?? [],
  }));
}

function asEndpoint({ ip, nodeName, targetRef }: EndpointAddress, ready: boolean) {
  return { addresses: [ip], conditions: { ready }, ...(targetRef === undefined ? {} : { targetRef }), ...(nodeName === undefined ? {} : { nodeName }) };
}
