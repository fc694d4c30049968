/**
 * `npm run pictures -- [PART...]`: a picture of each view of the page, in each look, into `pictures/`, which is not committed.
 * A PART keeps the views whose file name contains it: `people`, `dark`, `arabic`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { plays, type Play } from './ui-page/plays.ts';
import { desk, narrow, openStage, phone, type Look } from './ui-page/stage.ts';

const looks: readonly (readonly [name: string, look: Look])[] = [
  ['light', desk], ['dark', { ...desk, dark: true }], ['phone', phone], ['phone-dark', { ...phone, dark: true }], ['narrow', narrow],
  ['arabic', { ...desk, language: 'ar' }], ['phone-arabic', { ...phone, language: 'ar' }], ['german', { ...desk, language: 'de-DE' }],
];

const parts = process.argv.slice(2);
const folder = join(import.meta.dirname, '../pictures');
mkdirSync(folder, { recursive: true });
const stage = await openStage();
let failed = 0;

/** One picture; says what hindered it. A browser that stands still ends the run. */
async function take({ name, scene, hash, act }: Play, look: Look, path: string): Promise<boolean> {
  const limit = setTimeout(() => {
    console.error(`${path}: the browser stands still`);
    process.exit(1);
  }, 120_000);
  const page = await stage.open(scene, look, hash);
  let isWell = true;
  try {
    await act?.(page, look);
    await page.waitForTimeout(150);
  } catch (error) {
    isWell = false;
    console.error(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
  await page.screenshot({ path });
  await page.context().close();
  clearTimeout(limit);
  return isWell;
}

try {
  for (const play of plays) {
    for (const [lookName, look] of looks) {
      const file = `${play.name}.${lookName}`;
      if (!parts.every((part) => `.${file}.`.includes(part))) continue;
      if (!await take(play, look, join(folder, `${file}.png`))) failed++;
    }
  }
} finally {
  await stage.close();
}
for (const fault of new Set(stage.faults)) console.error(fault);
if (failed > 0 || stage.faults.length > 0) process.exitCode = 1;
