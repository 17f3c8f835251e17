import type { Service } from '../../model/kubernetes';
import { parseBool } from '../annotations/parse-bool';
import { parseMap } from '../annotations/parse-map';
import { quote } from '../text';
import { refuse } from '../refusal';
import { SERVICE_FINALIZER } from './ownership';
import { type ServiceRequest, serviceReader } from './service-request';

const DELETION_PROTECTION = 'deletion_protection.enabled';

/**
 * Deletion protection by annotation holds the Service, also when it merely stopped being ours. An unreadable guard holds it too, since it may mean to (LBC's behaviour §1.2);
 * an unreadable annotation that does not even speak of it stops no deletion.
 */
export function requireDeletable({ read, service }: Pick<ServiceRequest, 'read' | 'service'>): void {
  if (!(service.metadata.finalizers ?? []).includes(SERVICE_FINALIZER)) return;
  const key = read.key('attributes');
  const text = read.raw('attributes') ?? '';
  const attributes = parseMap(text);
  if (attributes === undefined && text.includes(DELETION_PROTECTION)) refuse('MalformedDeletionProtection', `annotation ${key} speaks of ${DELETION_PROTECTION}, but must be pairs like key=value,key2=value2, got ${quote(text)}; the load balancer stays until it is corrected or removed`);
  const raw = attributes?.get(DELETION_PROTECTION);
  if (raw === undefined) return;
  const isProtected = parseBool(raw) ?? refuse('MalformedDeletionProtection', `annotation ${key}: ${DELETION_PROTECTION} must be true or false, got ${quote(raw)}; the load balancer stays until it is corrected or removed`);
  if (isProtected) refuse('DeletionProtected', `the load balancer stays, since annotation ${key} has ${DELETION_PROTECTION}=true; set it to false, and the deletion goes on by itself`);
}

/**
 * Whether the Service says itself that its load balancer is not protected: then protection in AWS is what its annotation said before, and may be switched off. Where it
 * says nothing, somebody else has switched it on, and LBC would take it off unasked (LBC's behaviour §5.6).
 */
export function liftsProtection(service: Service): boolean {
  try {
    const raw = serviceReader(service)('attributes')?.get(DELETION_PROTECTION);
    return raw !== undefined && parseBool(raw) === false;
  } catch {
    return false;
  }
}
