/** AWS's reads lag its writes by seconds: what was made within this, in milliseconds and before the factor, and is not seen, may exist all the same (AWS: "Eventual consistency", EC2 API). */
export const READ_LAG_MS = 60_000;
