/** A version 4 UUID from a source of chance. */
export function uuid(random: () => number): string {
  const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${'89ab'[Math.floor(random() * 4)] ?? '8'}${digits(3)}-${digits(12)}`;
}
