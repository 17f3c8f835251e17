import type { Tags } from '../../model/model';
import { quote } from '../text';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';

/** The tags of everything that a Service makes, without the tracking tags: default tags win, unless the gate says otherwise (LBC's behaviour §1.11). */
export function buildTags({ read, settings }: ServiceRequest): { readonly tags?: Tags } {
  const own = read('tags') ?? new Map<string, string>();
  const managed = [...own.keys()].filter((key) => settings.externalManagedTags.includes(key));
  if (managed.length > 0) refuse('ExternallyManagedTag', `annotation ${read.key('tags')} sets ${managed.map(quote).join(', ')}, which the setting externalManagedTags leaves to others; remove it from the annotation`);
  const annotated = Object.fromEntries(own);
  const tags = settings.featureGates.EnableDefaultTagsLowPriority ? { ...settings.defaultTags, ...annotated } : { ...annotated, ...settings.defaultTags };
  return Object.keys(tags).length > 0 ? { tags } : {};
}
