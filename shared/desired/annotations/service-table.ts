import type { AnnotationTable } from './annotation-row';
import { LISTENER_ROWS } from './service-listener-rows';
import { LOAD_BALANCER_ROWS } from './service-load-balancer-rows';
import { NETWORK_ROWS } from './service-network-rows';
import { TARGET_ROWS } from './service-target-rows';

/** The prefix of all annotations on Services (LBC's behaviour §0.1). */
export const SERVICE_PREFIX = 'service.beta.kubernetes.io';

/**
 * Every annotation that a Service may carry (LBC's behaviour §1.4, with the corrections that LBC's own results made necessary).
 * Parsing, validation and docs/annotations/service.md come from these rows alone; no annotation is parsed by hand elsewhere.
 */
export const SERVICE_ANNOTATIONS = { ...LOAD_BALANCER_ROWS, ...NETWORK_ROWS, ...LISTENER_ROWS, ...TARGET_ROWS } as const satisfies AnnotationTable;

export type ServiceAnnotation = keyof typeof SERVICE_ANNOTATIONS;
