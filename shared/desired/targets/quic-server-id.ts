import type { Pod } from '../../model/kubernetes';

/** The QUIC server id of a pod: the environment variable `variable` of its first container that has it, base64 turned into `0x…` (LBC's behaviour §7.4). */
export function quicServerId(pod: Pod, variable: string): string | undefined {
  const value = (pod.spec?.containers ?? []).flatMap(({ env }) => env ?? []).find(({ name }) => name === variable)?.value;
  if (!value || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  return `0x${Buffer.from(value, 'base64').toString('hex')}`;
}
