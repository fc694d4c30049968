import { readFile } from 'node:fs/promises';
import type { LoadVectors } from './claim.ts';

/** Reads the data files beside this one. */
export const fromDisk: LoadVectors = async (file) => JSON.parse(await readFile(new URL(file, import.meta.url), 'utf8')) as unknown;
