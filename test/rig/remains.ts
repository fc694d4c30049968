import { copyFile, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Person } from './story.ts';

/** A string that must not be found, and what it is. */
export interface Planted {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Everything in the story that only its people may know: content, file names, passwords, and who knows whom. */
export async function plantedIn({ alice, bob }: { readonly alice: Person; readonly bob: Person }): Promise<Planted[]> {
  const source = join(alice.files, 'Reports');
  const note = (await readdir(source, { recursive: true })).find((path) => path.endsWith('.txt')) ?? '';
  const content = await readFile(join(source, note));
  const password = async (person: Person): Promise<Buffer> => Buffer.from((await readFile(person.passwordFile, 'utf8')).trim());
  return [
    { what: 'content of a file', bytes: content.subarray(0, 32) },
    { what: 'content of a file added later', bytes: Buffer.from('not for bob any more') },
    { what: 'a name of a file', bytes: Buffer.from('ärger.txt') },
    { what: 'a name of a file added later', bytes: Buffer.from('secret.txt') },
    { what: 'a name of a folder', bytes: Buffer.from('Reports') },
    { what: 'the password of alice', bytes: await password(alice) },
    { what: 'the password of bob', bytes: await password(bob) },
  ];
}

/** Where anything planted is found in what a person's node keeps: its folder, but for what the story itself put there. */
export async function remains(person: Person, planted: readonly Planted[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of await filesOf(person.data)) {
    const bytes = await readFile(path);
    for (const { what, bytes: wanted } of planted) if (bytes.includes(wanted)) found.push(`${what} in ${path}`);
  }
  return found;
}

/** The tables of a person's node in which a name stands, in a copy such as a seizure would make of the running node's disk. */
export async function tablesNaming(person: Person, name: string): Promise<string[]> {
  const seized = await mkdtemp(join(person.files, 'seized-'));
  for (const file of ['underkeep.db', 'underkeep.db-wal']) await copyFile(join(person.data, file), join(seized, file));
  const database = new DatabaseSync(join(seized, 'underkeep.db'));
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all().map((row) => String(row['name']));
  const named = tables.filter((table) => database.prepare(`SELECT * FROM "${table}"`).all().some((row) => Object.values(row).some((value) => bytesOf(value).includes(name))));
  database.close();
  return named;
}

function bytesOf(value: SQLOutputValue): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : Buffer.from(String(value));
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
