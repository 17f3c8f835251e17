import { createEc2 } from '../../shared/aws/ec2';
import type { Wiring } from '../clients';

/** EC2: a large client (0.85 MB), only for functions that call it. */
export const ec2 = ({ aws }: Wiring) => createEc2(aws);
