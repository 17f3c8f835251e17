import { createTagging } from '../../shared/aws/tagging';
import type { Wiring } from '../clients';

/** The Resource Groups Tagging API. */
export const tagging = ({ aws }: Wiring) => createTagging(aws);
