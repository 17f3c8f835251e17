import { describe, expect, it } from 'vitest';
import { answerBatch } from '../../../shared/targets/answer-batch';

const message = (messageId: string, key: string, body = JSON.stringify({ v: 1, key, gen: 1 })) => ({ messageId, body, attributes: { MessageGroupId: key } });

async function answer(messages: Parameters<typeof answerBatch>[0], fails: (key: string) => boolean = () => false) {
  const told: string[] = [];
  const sync = ({ key, owner }: { key: string; owner: string }) => {
    told.push(`${key} by ${owner}`);
    return fails(key) ? Promise.reject(new Error('throttled')) : Promise.resolve();
  };
  const failed = await answerBatch(messages, { sync, onDropped: ({ messageId }) => told.push(`dropped ${messageId}`), onFailed: (key) => told.push(`failed ${key}`), onDone: ({ messageId }) => told.push(`done ${messageId}`) });
  return { failed, told };
}

describe('a batch of the target lane', () => {
  it('is answered message by message', async () => {
    expect(await answer([message('1', 'tg#a#n/x')])).toEqual({ failed: [], told: ['tg#a#n/x by targets:1', 'done 1'] });
  });

  it('gives back what failed and everything behind it in its group, and nothing else', async () => {
    const { failed } = await answer([message('1', 'tg#a#n/x'), message('2', 'tg#a#n/y'), message('3', 'tg#a#n/x'), message('4', 'tg#a#n/y')], (key) => key.endsWith('x'));
    expect(failed).toEqual(['1', '3']);
  });

  it.each(['no json', '{}', JSON.stringify({ v: 2, key: 'tg#a#n/x', gen: 1 }), JSON.stringify({ v: 1, key: 'nonsense', gen: 1 })])('drops %s, and goes on', async (body) => {
    const { failed, told } = await answer([message('1', 'tg#a#n/x', body), message('2', 'tg#a#n/x')]);
    expect(failed).toEqual([]);
    expect(told).toEqual(['dropped 1', 'tg#a#n/x by targets:2', 'done 2']);
  });
});
