import { annotation } from './annotation-words';
import { madeOf, mendedOf } from './planned-writes';
import type { Finding, Preflight } from './preflight';

/** A reservation below zero; how much is too much is AWS's to say, since it differs by account. 0 takes a reservation back. */
export function checkCapacity({ plan }: Preflight): Finding[] {
  const made = madeOf(plan, 'load-balancer').flatMap(({ afterwards }) => afterwards.flatMap((difference) => (difference.kind === 'capacity' ? [difference.to] : [])));
  const units = [...made, ...mendedOf(plan, 'load-balancer', 'capacity').map(({ difference }) => difference.to)];
  return units.filter((value) => value < 0).map((value) => ({ code: 'InvalidCapacity', message: `${annotation('capacity')} must be CapacityUnits=<integer> from 1 on, or 0 to take a reservation back, got ${value}; correct it` }));
}
