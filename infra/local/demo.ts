import { checkNode } from './check-node';

// An older Node stumbles over the other modules as soon as it loads them: so they are loaded after the check.
checkNode();
await import('./run-demo');
