import { equalBytes } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import { CellMap, cellHash, decodeCbor, openPointer, rootHash, rootSchema, schema, signMirror, WireError, type Cid, type MapKey, type Root, type Schema } from '../wire/index.ts';

const KEYS_MAX = 4096;
/** A mirror's pages come before its content, which is not read. */
const BYTES_MAX = 2 ** 50;

const recordSchema: Schema<{ pointer: Uint8Array; signature: Uint8Array; root: Root; cells: Cid[] }> = schema.record({
  v: schema.literal(1), pointer: schema.bytesUpTo(256), signature: schema.bytes(64), root: rootSchema,
  cells: schema.list(schema.cid, 1_000_000), lane: schema.list(schema.cid, 1_000_000),
  cover: schema.list(schema.pair(schema.uint(), schema.cid), 10_000_000),
});
const pageSchema: Schema<[MapKey, Cid[]][]> = schema.list(schema.pair(schema.bytes<MapKey>(32), schema.list(schema.cid, 5, 1)), KEYS_MAX);

/** Every key of a space's map, proven complete by the root that its writer signed; for whoever has the writer key. */
export async function mirrorKeys(space: Space, now: number, signal?: AbortSignal): Promise<{ keys: MapKey[]; root: Root }> {
  if (space.key === null) throw new WireError('forbidden', 'Only who may write a space can list it.');
  const blocks = space.client.mirror(signMirror(space.key, Math.floor(now / 1000)), BYTES_MAX, signal);
  try {
    const first = await blocks.next();
    if (first.done === true) throw malformed();
    const { pointer, signature, root, cells } = recordSchema(decodeCbor(first.value.bytes, 'mirror'), 'mirror');
    const opened = openPointer({ pointer, signature: signature as Parameters<typeof openPointer>[0]['signature'] });
    if (!equalBytes(opened.writer, space.writer) || !equalBytes(opened.root, rootHash(root))) throw malformed();
    const entries: [MapKey, Cid[]][] = [];
    for (const cid of cells) {
      const page = await blocks.next();
      if (page.done === true || page.value.cid !== cid) throw malformed();
      entries.push(...schema.parse(pageSchema, page.value.bytes, 'mirror'));
    }
    const map = CellMap.empty().apply(entries.map(([key, fragments]) => ({ key, value: cellHash(fragments) })));
    if (!equalBytes(map.root, root.map)) throw malformed();
    return { keys: entries.map(([key]) => key), root };
  } finally {
    await blocks.return(undefined);
  }
}

function malformed(): WireError {
  return new WireError('bad-proof', 'The node does not show the whole of the space that was signed.');
}
