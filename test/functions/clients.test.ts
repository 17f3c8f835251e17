import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientsFor, provideClients } from '../../functions/clients';
import { executions } from '../../functions/clients/executions';
import { targetQueue } from '../../functions/clients/target-queue';
import { fakeTargetQueue } from './fakes';

describe('clientsFor', () => {
  beforeEach(() => {
    provideClients({});
    vi.stubEnv('STEPBALANCER_TABLE', 'table');
    vi.stubEnv('AWS_REGION', 'us-west-2');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    provideClients({});
  });

  it('makes a client when it is first used, once', () => {
    let made = 0;
    const clients = clientsFor({ targetQueue: () => ((made += 1), fakeTargetQueue()) });
    expect(made).toBe(0);
    expect(clients.targetQueue).toBe(clients.targetQueue);
    expect(made).toBe(1);
  });

  it('takes what is provided, also after it was made, and reads no environment for it', () => {
    vi.stubEnv('STEPBALANCER_TABLE', undefined);
    const clients = clientsFor({ targetQueue });
    const other = fakeTargetQueue();
    provideClients({ targetQueue: other, factor: 0.1, now: () => 7 });
    expect(clients.targetQueue).toBe(other);
    expect([clients.factor, clients.now()]).toEqual([0.1, 7]);
  });

  it('reads the factor, 1 without one', () => {
    expect(clientsFor({}).factor).toBe(1);
    provideClients({});
    vi.stubEnv('STEPBALANCER_FACTOR', '0.05');
    expect(clientsFor({}).factor).toBe(0.05);
  });

  it('says which variable is missing', () => {
    expect(() => clientsFor({ executions }).executions).toThrow('STEPBALANCER_STATE_MACHINE');
    expect(() => clientsFor({ targetQueue }).targetQueue).toThrow('STEPBALANCER_TARGET_QUEUE');
    vi.stubEnv('STEPBALANCER_TABLE', undefined);
    provideClients({});
    expect(() => clientsFor({}).store).toThrow('STEPBALANCER_TABLE');
  });

  it('draws numbers from 0 to below 1', () => {
    const { random } = clientsFor({});
    const drawn = Array.from({ length: 100 }, random);
    expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(90);
  });
});
