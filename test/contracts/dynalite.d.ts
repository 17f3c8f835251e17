declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** DynamoDB in process. */
  export default function dynalite(options?: { createTableMs?: number; deleteTableMs?: number; updateTableMs?: number; path?: string }): Server;
}
