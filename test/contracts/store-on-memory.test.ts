import { memoryTables } from './tables';
import { leaseContract } from './lease.contract';
import { storeContract } from './store.contract';
import { tableContract } from './table.contract';

tableContract(memoryTables());
leaseContract(memoryTables());
storeContract(memoryTables());
