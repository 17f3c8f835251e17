import type { Service } from '../../model/kubernetes';
import type { Problem } from '../../model/problem';
import { serviceReader } from './service-request';
import { serviceProblem } from './warnings';

/**
 * What LBC does with a Service and this program does not do yet. The model is right, but more than AWS is needed to make it work, so it is refused
 * before anything is written instead of being half done. An empty list means: nothing stands in the way.
 */
export function notYetSupported(service: Service): Problem[] {
  const read = serviceReader(service);
  if ((read('quicPorts') ?? []).length === 0) return [];
  const message = `annotation ${read.key('quicPorts')} asks for QUIC, whose targets need a server id in every pod, and stepbalancer does not give pods server ids yet. Nothing was changed. Remove the annotation to have UDP listeners.`;
  return [serviceProblem(service, 'NotYetSupported', message)];
}
