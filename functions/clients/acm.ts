import { createAcm } from '../../shared/aws/acm';
import type { Wiring } from '../clients';

/** AWS Certificate Manager. */
export const acm = ({ aws }: Wiring) => createAcm(aws);
