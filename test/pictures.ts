/**
 * `npm run pictures -- [PART...]`: a picture of each view of the page, in each look, into `pictures/`, which is not committed.
 * A PART keeps the views whose file name contains it: `people`, `dark`, `arabic`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { plays } from './ui-page/plays.ts';
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
try {
  for (const { name, scene, hash, act } of plays) {
    for (const [lookName, look] of looks) {
      const file = `${name}.${lookName}`;
      if (!parts.every((part) => `.${file}.`.includes(part))) continue;
      const page = await stage.open(scene, look, hash);
      try {
        await act?.(page, look);
        await page.waitForTimeout(150);
      } catch (error) {
        failed++;
        console.error(`${file}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
      }
      await page.screenshot({ path: join(folder, `${file}.png`) });
      await page.context().close();
    }
  }
} finally {
  await stage.close();
}
for (const fault of new Set(stage.faults)) console.error(fault);
if (failed > 0 || stage.faults.length > 0) process.exitCode = 1;
