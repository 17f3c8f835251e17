import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Service } from '../model/kubernetes';
import { type ObjectKey, readService } from '../observe/cluster-access';
import { hasFinalizer, saysNothing, SERVICE_FINALIZER } from '../status/service-status';

/**
 * Clears the status and takes the finalizer off; silent where the Service is gone. Without our finalizer its status is somebody else's: it may have gone to another
 * controller.
 */
export async function letGo(client: ClusterClient, service: Service | undefined): Promise<void> {
  if (!service || !hasFinalizer(service)) return;
  const { namespace = 'default', name } = service.metadata;
  if (!saysNothing(service)) await client.patch(RESOURCES.services, { namespace, name }, { type: 'merge', body: { status: { loadBalancer: { ingress: null } } } }, { subresource: 'status' });
  const fresh = await readService(client, { namespace, name });
  const { finalizers = [], resourceVersion } = fresh?.metadata ?? {};
  await client.patch(RESOURCES.services, { namespace, name }, { type: 'merge', body: { metadata: { resourceVersion, finalizers: finalizers.filter((finalizer) => finalizer !== SERVICE_FINALIZER) } } });
}

/** AWS has refused for too long: an Event says what is left, and the Service is let go. Silent where that was done before. */
export async function letGoEarly(client: ClusterClient, name: ObjectKey, { error, left }: { readonly error: Error; readonly left: readonly { readonly id: string }[] }): Promise<void> {
  const service = await readService(client, name);
  if (!service || !hasFinalizer(service)) return;
  const { uid } = service.metadata;
  await client.recordEvent({
    object: { apiVersion: 'v1', kind: 'Service', namespace: name.namespace, name: name.name, ...(uid ? { uid } : {}) },
    type: 'Warning',
    reason: 'DeletionContinuesWithoutObject',
    message: `AWS still refuses (${error.message.slice(0, 400)}). The finalizer was taken off; ${left.length} resources (${left.map(({ id }) => id).join(', ')}) are deleted as soon as AWS lets go of them.`,
  });
  await letGo(client, service);
}
