import { ZodError } from 'zod';
import type { CallLog } from './call-log';
import { FaultPlan } from './faults';
import type { Faults } from './faults';
import { bodyText } from './wire/message';
import type { WireRequest, WireResponse } from './wire/message';

/** Where the control endpoint lives on the local AWS's own port. */
export const controlPath = '/_local/';

/**
 * Answers the control endpoint, for tests in another process only; AWS has nothing like it and no product code may use it.
 *
 * - `GET /_local/calls`: the log of calls, as JSON; `DELETE` resets it.
 * - `GET /_local/faults`: the faults with how often they struck; `POST` adds one (a `FaultPlan`); `DELETE` removes all.
 */
export function control(request: WireRequest, { log, faults }: { log: CallLog; faults: Faults }): WireResponse {
  const wanted = `${request.method} ${request.path}`;
  if (wanted === 'GET /_local/calls') return json(200, log.calls());
  if (wanted === 'GET /_local/faults') return json(200, faults.list());
  if (wanted === 'DELETE /_local/calls') return json(200, log.reset());
  if (wanted === 'DELETE /_local/faults') return json(200, faults.clear());
  if (wanted === 'POST /_local/faults') return addFault(bodyText(request.body), faults);
  return json(404, { message: `Nothing at ${wanted}` });
}

function addFault(body: string, faults: Faults): WireResponse {
  try {
    faults.add(FaultPlan.parse(JSON.parse(body)));
    return json(200, faults.list());
  } catch (error) {
    if (error instanceof ZodError || error instanceof SyntaxError) return json(400, { message: error.message });
    throw error;
  }
}

function json(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value ?? {}) };
}
