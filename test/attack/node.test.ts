import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FilesError } from '../../files/index.ts';
import { cidOf, encodeCommitAnswer, WireError, type Block } from '../../wire/index.ts';
import { startDaemon } from '../rig/daemon.ts';
import { bytesOf, fileSource, folderSource, namesIn, readText, TestSession } from '../rig/drive-session.ts';
import { seededRandom } from '../rig/random.ts';
import { answered, reform, Tamper, type Change, type Opened } from './tamper.ts';

const random = seededRandom('malicious node');
const daemon = await startDaemon();
const sessions: TestSession[] = [];
const CONTENT = new Uint8Array(7 * 1024 * 1024).map((_, at) => (at * 31) % 253);

/** An account with some content, and a session of it that sees the node through `tamper`. */
async function victim(): Promise<{ one: TestSession; tamper: Tamper; through: () => TestSession }> {
  const one = await TestSession.signUp(daemon);
  const tamper = new Tamper();
  sessions.push(one);
  await one.drive.put([folderSource('d', [fileSource('f', CONTENT), fileSource('g', 'gee'), fileSource('h', 'aitch')])], '/');
  return {
    one, tamper,
    through: () => {
      const session = TestSession.open(daemon, one.identity, { wrap: tamper.wrap });
      sessions.push(session);
      return session;
    },
  };
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WireError || error instanceof FilesError) return error.code;
    throw error;
  }
  return 'not noticed';
}

/** Reads `/d/f` and insists that whatever was given out before an error is the beginning of the true content. */
async function readHonestly(session: TestSession): Promise<void> {
  const { bytes } = await session.drive.read('/d/f');
  let at = 0;
  for await (const part of bytes) {
    assert.is(Buffer.compare(part, CONTENT.subarray(at, at + part.length)), 0, 'wrong content was given out');
    at += part.length;
  }
  assert.is(at, CONTENT.length);
}

const swap = ({ answer, blocks }: Opened): Opened => {
  const [first = null, second = null, ...others] = answer.cells;
  const sizes = [first?.length ?? 0, second?.length ?? 0] as const;
  return {
    answer: { ...answer, cells: [second, first, ...others] },
    blocks: [...blocks.slice(sizes[0], sizes[0] + sizes[1]), ...blocks.slice(0, sizes[0]), ...blocks.slice(sizes[0] + sizes[1])],
  };
};
const firstOnly = ({ answer, blocks }: Opened): Opened => {
  const cells = answer.cells.map(() => answer.cells[0] ?? null);
  const count = answer.cells[0]?.length ?? 0;
  return { answer: { ...answer, cells }, blocks: cells.flatMap(() => blocks.slice(0, count)) };
};
const dropped = ({ answer, blocks }: Opened): Opened => ({ answer: { ...answer, cells: answer.cells.map(() => null) }, blocks: blocks.slice(0, 0) });
const withoutBlocks = ({ answer }: Opened): Opened => ({ answer: { ...answer, included: 0 }, blocks: [] });
const oneProofLess = ({ answer, blocks }: Opened): Opened => ({ answer: { ...answer, proof: answer.proof.slice(1) }, blocks });
const bentProof = ({ answer, blocks }: Opened): Opened => ({ answer: { ...answer, proof: answer.proof.map((node) => flipped(node, node.length - 3)) }, blocks });
const bentPointer = ({ answer, blocks }: Opened): Opened => ({ answer: { ...answer, pointer: { ...answer.pointer, pointer: flipped(answer.pointer.pointer, 20) } }, blocks });
const bentSignature = ({ answer, blocks }: Opened): Opened => ({
  answer: { ...answer, pointer: { ...answer.pointer, signature: flipped(answer.pointer.signature, 40) as typeof answer.pointer.signature } }, blocks,
});
const bentRoot = ({ answer, blocks }: Opened): Opened => ({ answer: { ...answer, root: { ...answer.root, map: flipped(answer.root.map, 1) as typeof answer.root.map } }, blocks });
const another = (block: Block): Block => {
  const bytes = flipped(block.bytes, 99);
  return { bytes, cid: cidOf('raw', bytes) };
};
const otherContent = ({ answer, blocks }: Opened): Opened => {
  const changed = blocks.map(another);
  let next = 0;
  return { answer: { ...answer, cells: answer.cells.map((cell) => cell?.map(() => changed[next++]?.cid ?? cidOf('raw', new Uint8Array())) ?? null) }, blocks: changed };
};
const announcedOther = ({ answer, blocks }: Opened): Opened => ({ answer, blocks: blocks.map(another) });
const wrongBytes = ({ answer, blocks }: Opened): Opened => ({ answer, blocks: blocks.map(({ cid, bytes }) => ({ cid, bytes: flipped(bytes, 77) })) });
const extra = ({ answer, blocks }: Opened): Opened => {
  const bytes = random.bytes(50);
  return { answer, blocks: [...blocks, { bytes, cid: cidOf('raw', bytes) }] };
};

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}

const LIES: readonly (readonly [what: string, change: (opened: Opened) => Opened, codes: readonly string[]])[] = [
  ['swaps two cells', swap, ['bad-proof']],
  ['drops a cell', dropped, ['bad-proof']],
  ['serves a valid cell under another label', firstOnly, ['bad-proof']],
  ['leaves out what it announced', withoutBlocks, ['bad-proof']],
  ['leaves a node out of a proof', oneProofLess, ['bad-proof']],
  ['edits a proof', bentProof, ['bad-proof', 'malformed']],
  ['edits a pointer', bentPointer, ['bad-signature', 'malformed', 'bad-proof']],
  ['edits a signature', bentSignature, ['bad-signature']],
  ['shows a root that was not signed', bentRoot, ['bad-proof']],
  ['serves other content under CIDs of its own', otherContent, ['bad-proof']],
  ['serves other blocks than it announces', announcedOther, ['bad-proof']],
  ['serves other bytes under the right CIDs', wrongBytes, ['corrupt-block']],
  ['sends blocks that nobody asked for', extra, ['malformed', 'bad-proof']],
];

for (const [what, change, codes] of LIES) {
  test(`a node that ${what} is noticed, in a listing and in a file`, async () => {
    const { tamper, through } = await victim();
    const fresh = through();
    tamper.cells = reform(change);
    const listing = await codeOf(() => fresh.drive.list('/'));
    // Some lies say nothing false about this answer: then what comes out must be true.
    if (listing === 'not noticed') assert.equal(await namesIn(fresh.drive, '/'), ['d']);
    else assert.ok(codes.includes(listing), listing);
    tamper.cells = null;
    const warm = through();
    await warm.drive.list('/d');
    tamper.cells = reform(change);
    const reading = await codeOf(() => readHonestly(warm));
    // Whoever holds the proof from before has no use for the one that was bent, and is served the truth.
    if (reading === 'not noticed') assert.ok(codes.includes(listing), 'never noticed');
    else assert.ok(codes.includes(reading), `reading: ${reading}`);
    tamper.cells = null;
    await readHonestly(warm);
  });
}

test('a body that is cut off is noticed wherever it is cut', async () => {
  const { tamper, through } = await victim();
  const session = through();
  await session.drive.list('/d');
  for (let turn = 0; turn < 20; turn++) {
    tamper.cells = (body) => body.subarray(0, random.int(body.length - 1));
    assert.is(await codeOf(() => readHonestly(session)), 'malformed');
  }
  tamper.cells = null;
  await readHonestly(session);
});

test('whatever bit of an answer is flipped, nothing wrong comes out', async () => {
  const { tamper, through } = await victim();
  const session = through();
  await session.drive.list('/d');
  for (let turn = 0; turn < 150; turn++) {
    tamper.cells = (body) => flipped(body, random.int(turn % 2 === 0 ? Math.min(body.length, 3000) : body.length));
    const code = await codeOf(() => readHonestly(session));
    assert.ok(['malformed', 'bad-proof', 'bad-signature', 'corrupt-block', 'rolled-back', 'not noticed'].includes(code), code);
    const listing = await codeOf(async () => assert.equal(await namesIn(session.drive, '/d'), ['f', 'g', 'h']));
    assert.ok(listing !== 'corrupt', listing);
  }
});

test('a pointer that is rolled back is noticed, in a session and by a device that saw the newer one', async () => {
  const { one, tamper, through } = await victim();
  const session = through();
  await session.drive.list('/');
  const old = tamper.last;
  await one.drive.put([fileSource('later', 'x')], '/');
  assert.equal(await namesIn(session.drive, '/'), ['d', 'later']);
  tamper.cells = () => old;
  assert.is(await codeOf(() => session.drive.list('/')), 'rolled-back');
  const device = TestSession.open(daemon, one.identity, { wrap: tamper.wrap, pin: session.home.pin });
  sessions.push(device);
  assert.is(await codeOf(() => device.drive.list('/')), 'rolled-back');
});

test('another space\'s state, valid in itself, is not taken for this one\'s', async () => {
  const { tamper, through } = await victim();
  const other = await victim();
  const [mine, theirs] = [through(), other.through()];
  await theirs.drive.list('/');
  tamper.cells = () => other.tamper.last;
  assert.is(await codeOf(() => mine.drive.list('/')), 'bad-proof');
});

test('a commit that is acknowledged and not done is noticed at the next answer', async () => {
  const { one, tamper, through } = await victim();
  const session = through();
  await session.drive.list('/');
  let proof: readonly Uint8Array[] = [];
  tamper.cells = reform((opened) => { proof = opened.answer.proof; return opened; });
  await session.drive.list('/');
  tamper.cells = null;
  tamper.commit = async () => answered(encodeCommitAnswer({ v: 1, spaces: [{ pointer: { pointer: new Uint8Array(), signature: new Uint8Array(64) as never }, root: session.home.head?.root as never, frontiers: null, proof }] }));
  await session.drive.put([fileSource('swallowed', 'x')], '/');
  tamper.commit = null;
  assert.is(await codeOf(() => session.drive.list('/')), 'rolled-back');
  await one.drive.put([fileSource('instead', 'y')], '/');
  assert.is(await codeOf(() => session.drive.list('/')), 'rolled-back', 'a fork at the same state is noticed');
});

test('a node that swallows a cover entry or serves an old file at a newer root changes nothing unnoticed', async () => {
  const { one, tamper, through } = await victim();
  const session = through();
  assert.is(await readText(session.drive, '/d/g'), 'gee');
  const oldAnswer = tamper.last;
  await one.drive.put([fileSource('g', 'changed')], '/d');
  assert.is(await readText(session.drive, '/d/g'), 'changed');
  tamper.cells = () => oldAnswer;
  assert.is(await codeOf(() => readText(session.drive, '/d/g')), 'rolled-back');
  const mixed: Change = reform(({ answer, blocks }) => ({ answer: { ...answer, frontiers: null }, blocks }));
  tamper.cells = mixed;
  const fresh = through();
  await codeOf(() => fresh.drive.list('/'));
  tamper.cells = null;
  assert.equal(await bytesOf((await fresh.drive.read('/d/g')).bytes), new TextEncoder().encode('changed'));
});

test('a node that hides a folder has nothing of it removed by a repair', async () => {
  const { tamper, through } = await victim();
  const wrong = reform(wrongBytes);
  for (let honest = 0; honest < 5; honest++) {
    let left = honest;
    tamper.cells = (body) => (left-- > 0 ? body : wrong(body));
    await codeOf(() => through().drive.check({ known: [], repair: true }));
    tamper.cells = null;
    const { files, problems } = await through().drive.check({ known: [] });
    assert.equal({ honest, files, problems }, { honest, files: 3, problems: [] });
  }
});

test.after(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await daemon.stop();
});

test.run();
