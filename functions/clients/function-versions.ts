import { createFunctionVersions } from '../../shared/aws/function-versions';
import type { Wiring } from '../clients';

/** Published versions of our functions. */
export const functionVersions = ({ aws }: Wiring) => createFunctionVersions(aws);
