import { annotationKey } from '../desired/annotations/read-annotation';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../desired/annotations/service-table';

/** Where a Service states something, as messages say it. `member` is the last part of a family (`443`). */
export function annotation(name: keyof typeof SERVICE_ANNOTATIONS, member?: string): string {
  return `annotation ${annotationKey(SERVICE_PREFIX, SERVICE_ANNOTATIONS[name], member)}`;
}
