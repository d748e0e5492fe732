// Zip archives for tests, good and bad: every field of an entry can be made to lie.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string | Buffer;
  data: string | Buffer;
  /** 0 stored, 8 deflated (default). */
  method?: number;
  /** General purpose bits: 1 encrypted, 0x40 strongly, 0x800 UTF-8 (default). */
  flags?: number;
  /** What the directory says of it, where that is not true. */
  says?: { crc?: number; size?: number; packed?: number };
  /** Unix mode, such as 0o120777 for a symbolic link. */
  mode?: number;
}

/** @param zip64 writes every size and offset in the 64-bit fields */
export function zipOf(entries: readonly ZipEntry[], { zip64 = false } = {}): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 8, flags = 0x800, says = {}, mode = 0o100644 } of entries) {
    const bytes = Buffer.from(data);
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const path = Buffer.from(name);
    const size = says.size ?? bytes.length;
    const packedSize = says.packed ?? packed.length;
    const extra = zip64
      ? numbers(['u16', 1], ['u16', 24], ['u64', size], ['u64', packedSize], ['u64', offset])
      : Buffer.alloc(0);
    const common = Buffer.concat([
      numbers(['u16', flags], ['u16', method], ['u32', 0], ['u32', says.crc ?? crc32(bytes)]),
      numbers(['u32', zip64 ? 0xffffffff : packedSize], ['u32', zip64 ? 0xffffffff : size]),
    ]);
    const body = Buffer.concat([
      numbers(['u32', 0x04034b50], ['u16', 45]),
      common,
      numbers(['u16', path.length], ['u16', 0]),
      path,
      packed,
    ]);
    directory.push(
      numbers(['u32', 0x02014b50], ['u16', (3 << 8) | 45], ['u16', 45]),
      common,
      numbers(['u16', path.length], ['u16', extra.length], ['u16', 0], ['u16', 0], ['u16', 0], ['u32', mode * 65536]),
      numbers(['u32', zip64 ? 0xffffffff : offset]),
      path,
      extra,
    );
    bodies.push(body);
    offset += body.length;
  }
  const central = Buffer.concat(directory);
  const count = entries.length;
  const end64 = Buffer.concat([
    numbers(['u32', 0x06064b50], ['u64', 44], ['u16', 45], ['u16', 45], ['u32', 0], ['u32', 0], ['u64', count]),
    numbers(['u64', count], ['u64', central.length], ['u64', offset]),
    numbers(['u32', 0x07064b50], ['u32', 0], ['u64', offset + central.length], ['u32', 1]),
  ]);
  const end = Buffer.concat([
    numbers(
      ['u32', 0x06054b50],
      ['u16', 0],
      ['u16', 0],
      ['u16', zip64 ? 0xffff : count],
      ['u16', zip64 ? 0xffff : count],
    ),
    numbers(['u32', zip64 ? 0xffffffff : central.length], ['u32', zip64 ? 0xffffffff : offset], ['u16', 0]),
  ]);
  return Buffer.concat([...bodies, central, ...(zip64 ? [end64] : []), end]);
}

type Field = readonly ['u16' | 'u32' | 'u64', number];

/** Little-endian numbers, one after another. */
function numbers(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([kind, value]) => {
      const bytes = Buffer.alloc({ u16: 2, u32: 4, u64: 8 }[kind]);
      if (kind === 'u16') bytes.writeUInt16LE(value);
      else if (kind === 'u32') bytes.writeUInt32LE(value);
      else bytes.writeBigUInt64LE(BigInt(value));
      return bytes;
    }),
  );
}
