import type { FieldProblem } from './validation/field-problem';
import { formatProblem } from './validation/field-problem';

/** What a kind and group look like in a Status' details. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: { reason: string; message: string; field?: string }[];
  retryAfterSeconds?: number;
}

/** A refusal, as the API server words it: a `Status` object with a code, a reason and details. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details: StatusDetails = {},
  ) {
    super(message);
  }
}

/** The `Status` object for the wire. */
export function statusOf({ code, reason, message, details }: StatusError): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    code,
  };
}

const qualified = ({ group, plural }: ResourceName) => (group === '' ? plural : `${plural}.${group}`);
const detailsOf = (resource: ResourceName, name: string) => ({ name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural });

/** 404: there is no object of that name. */
export function notFound(resource: ResourceName, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));
}

/** 404: nothing is served under this path. */
export function unknownPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource');
}

/** 501: what a pod can do only where its containers run. */
export function noContainers(subresource: string): StatusError {
  return new StatusError(501, 'NotImplemented', `the local cluster runs no containers: pods have no ${subresource} (what a pod is, its state and its Events are there: kubectl get, kubectl describe)`);
}

/** 409 on create. */
export function alreadyExists(resource: ResourceName, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name));
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409: someone was faster, or a precondition does not hold. */
export function conflict(resource: ResourceName, name: string, why = MODIFIED): StatusError {
  return new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, detailsOf(resource, name));
}

/** 409 of server-side apply: fields that another manager owns. */
export function applyConflict(conflicts: readonly { manager: string; apiVersion: string; field: string }[]): StatusError {
  const lines = conflicts.map(({ manager, apiVersion, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with "${manager}" using ${apiVersion}`, field }));
  const summary =
    lines.length === 1
      ? `Apply failed with 1 conflict: ${lines[0]?.message}: ${lines[0]?.field}`
      : `Apply failed with ${lines.length} conflicts: ${lines.map(({ message, field }) => `${message}:\n- ${field}`).join('\n')}`;
  return new StatusError(409, 'Conflict', summary, { causes: lines });
}

/** 422: the object breaks rules; each problem names its field. */
export function invalid(resource: ResourceName, name: string, problems: readonly FieldProblem[]): StatusError {
  const texts = problems.map(formatProblem);
  const summary = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const causes = problems.map((problem) => ({ reason: problem.reason, message: formatProblem(problem).slice(problem.field.length + 2), field: problem.field }));
  const group = resource.group === '' ? {} : { group: resource.group };
  return new StatusError(422, 'Invalid', `${resource.kind} "${name}" is invalid: ${summary}`, { name, ...group, kind: resource.kind, causes });
}

/** 400: the request itself makes no sense. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** 403: allowed to nobody at this moment. */
export function forbidden(resource: ResourceName, name: string, why: string): StatusError {
  return new StatusError(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${why}`, detailsOf(resource, name));
}

/** 410: the watch or the list began too long ago. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** 405: the resource is there, the verb is not. */
export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

/** 415: a body in a format that is not read here. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);
}

/** 406: an answer in a format that is not written here. */
export function notAcceptable(offered: readonly string[]): StatusError {
  return new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${offered.join(', ')}`);
}
