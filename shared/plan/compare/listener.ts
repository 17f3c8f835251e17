import type { Action, ListenerSpec, Token } from '../../model/model';
import type { Difference, ListenerField, PlanContext } from '../change';
import { statedAttributes } from '../default-attributes';
import type { Desired, Seen } from '../../model/members';
import { compareAttributes } from './attributes';
import type { Identity } from './identity';
import { compareTags } from './tags';

/** Tags, settings, certificates, attributes, in LBC's order (LBC's behaviour §5.5). */
export function compareListener(desired: Desired<'listener'>, observed: Seen<'listener'>, context: PlanContext, identity: Identity): Difference[] {
  return [
    ...compareTags(desired, observed, context),
    ...compareSettings(desired.spec, observed.spec, identity),
    ...compareCertificates(desired.spec, observed.spec),
    ...compareAttributes(statedAttributes(desired), observed.spec.listenerAttributes),
  ];
}

/** SSL policy and ALPN count only if they are stated; an empty policy leaves the choice to AWS. */
function compareSettings(desired: ListenerSpec, observed: ListenerSpec, identity: Identity): Difference[] {
  const checks: [ListenerField, boolean][] = [
    ['port', desired.port !== observed.port],
    ['protocol', desired.protocol !== observed.protocol],
    ['defaultActions', actionsText(desired.defaultActions, identity.desired) !== actionsText(observed.defaultActions, identity.observed, desired.defaultActions)],
    ['defaultCertificate', desired.certificates?.[0]?.certificateARN !== observed.certificates?.[0]?.certificateARN],
    ['sslPolicy', Boolean(desired.sslPolicy) && desired.sslPolicy !== observed.sslPolicy],
    ['alpnPolicy', desired.alpnPolicy !== undefined && desired.alpnPolicy.join() !== (observed.alpnPolicy ?? []).join()],
  ];
  const fields = checks.flatMap(([field, differs]) => (differs ? [field] : []));
  return fields.length === 0 ? [] : [{ kind: 'listener', fields, to: desired }];
}

/**
 * Actions as comparable text: target groups in one order; the weight of a single one does not count, among several an unstated one is AWS's 1;
 * stickiness counts only where the desired action states it (`like`).
 */
function actionsText(actions: readonly Action[], tell: (token: Token) => string, like: readonly Action[] = actions): string {
  return JSON.stringify(actions.map((action, index) => [action.type, targetGroupsText(action, tell), stickinessText(action, like[index])]));
}

function targetGroupsText(action: Action, tell: (token: Token) => string): string[] {
  const groups = action.forwardConfig?.targetGroups ?? [];
  return groups.map(({ targetGroupARN, weight }) => (groups.length === 1 ? tell(targetGroupARN) : `${tell(targetGroupARN)} × ${weight ?? 1}`)).sort();
}

function stickinessText(action: Action, like: Action | undefined): string {
  const stated = like?.forwardConfig?.targetGroupStickinessConfig;
  if (stated === undefined) return '';
  const { enabled, durationSeconds } = action.forwardConfig?.targetGroupStickinessConfig ?? {};
  return `${enabled ?? false} ${stated.durationSeconds === undefined ? '' : (durationSeconds ?? '')}`;
}

/**
 * Further certificates. LBC adds the default one as well, so it stands in the observed list twice: the first entry is the listener's
 * default, the others are what AddListenerCertificates added. Counts only where there is TLS on either side.
 */
function compareCertificates(desired: ListenerSpec, observed: ListenerSpec): Difference[] {
  // A listener that stops speaking TLS loses its certificates with its protocol.
  const stopsTls = desired.sslPolicy === undefined && desired.protocol !== observed.protocol;
  if (stopsTls || (desired.sslPolicy === undefined && observed.sslPolicy === undefined)) return [];
  const wanted = new Set((desired.certificates ?? []).map(({ certificateARN }) => certificateARN));
  const added = new Set((observed.certificates ?? []).slice(1).map(({ certificateARN }) => certificateARN));
  const add = [...wanted].filter((arn) => !added.has(arn)).sort();
  const remove = [...added].filter((arn) => !wanted.has(arn)).sort();
  return add.length === 0 && remove.length === 0 ? [] : [{ kind: 'certificates', add, remove }];
}
