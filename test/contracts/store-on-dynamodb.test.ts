import { dynamodbTables } from './tables';
import { leaseContract } from './lease.contract';
import { storeContract } from './store.contract';
import { tableContract } from './table.contract';

/** dynalite, or the DynamoDB that `LOCAL_DYNAMODB_URL` names (AWS's DynamoDB Local, say): same suites, same results. */
const url = process.env['LOCAL_DYNAMODB_URL'];

tableContract(dynamodbTables(url));
leaseContract(dynamodbTables(url));
storeContract(dynamodbTables(url));
