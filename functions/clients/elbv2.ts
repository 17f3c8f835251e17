import { createElbv2 } from '../../shared/aws/elbv2';
import type { Wiring } from '../clients';

/** Elastic Load Balancing. */
export const elbv2 = ({ aws }: Wiring) => createElbv2(aws);
