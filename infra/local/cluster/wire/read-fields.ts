/** One field of a protobuf message: a whole number, or bytes (of a text, a message, a fixed-size number). */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

const FIXED_SIZES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** The fields of a protobuf message in the order in which they stand. Throws for bytes that are no message. Source: Protocol Buffers, "Encoding". */
export function readFields(bytes: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error(`A protobuf message of ${bytes.length} bytes ends within a number`);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (size: number) => {
    if (at + size > bytes.length) throw new Error(`A protobuf message of ${bytes.length} bytes ends within a field`);
    at += size;
    return bytes.subarray(at - size, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    const size = FIXED_SIZES[wireType];
    if (wireType !== 0 && wireType !== 2 && size === undefined) throw new Error(`A protobuf field of unknown wire type ${wireType}`);
    fields.push({ number: tag >> 3, value: wireType === 0 ? varint() : take(size ?? Number(varint())) });
  }
  return fields;
}

/** A varint as a signed number. */
export function signedNumber(value: bigint | Buffer): number {
  return typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0;
}
