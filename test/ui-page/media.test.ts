// timeout: 300
// serial
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { readMovie } from '../../ui/page/preview/mp4-read.ts';
import { fragmentsOf, spansOf } from '../../ui/page/preview/mp4-write.ts';
import { seededRandom } from '../rig/random.ts';
import { openStage } from './stage.ts';

const stage = await openStage();
test.after(() => stage.close());

const SECONDS = 90;

async function withFilm(work: (page: Page, size: number) => Promise<void>): Promise<void> {
  const page = await stage.open('empty');
  page.setDefaultTimeout(40_000);
  const size = await page.evaluate(async (seconds) => {
    const bytes = await film(seconds);
    memory.drive.add('/film.mp4', { size: bytes.length }, bytes);
    memory.emit({ type: 'changed', path: '/film.mp4' });
    return bytes.length;
  }, SECONDS);
  await page.getByTitle('film.mp4', { exact: true }).first().click();
  await work(page, size);
  await page.context().close();
}

const at = (page: Page): Promise<number> => page.evaluate(() => document.querySelector('video')?.currentTime ?? -1);

test('a film plays before it is there: little is read, and from where it is moved to', () => withFilm(async (page, size) => {
  await page.locator('video').waitFor();
  await page.evaluate(() => { const video = document.querySelector('video'); if (video !== null) video.muted = true; void video?.play(); });
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.3);
  const first = await page.evaluate(() => ({ reads: memory.reads, duration: document.querySelector('video')?.duration ?? 0, blob: document.querySelector('video')?.src ?? '' }));
  assert.ok(Math.abs(first.duration - SECONDS) < 0.5, `${first.duration}`);
  const read = first.reads.reduce((sum, [, length]) => sum + length, 0);
  assert.ok(read < size * 0.9, `${read} of ${size} bytes read`);
  await page.evaluate(() => { memory.reads.length = 0; });

  await page.evaluate((seconds) => { const video = document.querySelector('video'); if (video !== null) video.currentTime = seconds - 12; }, SECONDS);
  await page.waitForFunction((seconds) => { const video = document.querySelector('video'); return video !== null && !video.seeking && video.readyState >= 3 && video.currentTime > seconds - 12.1; }, SECONDS);
  const offset = await page.evaluate(() => memory.reads[0]?.[0] ?? 0);
  assert.ok(offset > size / 2, `the first read after it lies at ${offset} of ${size}`);
  // The picture is the one of that second: the colour tells.
  const red = await page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1);
    const pen = canvas.getContext('2d');
    const video = document.querySelector('video');
    if (pen === null || video === null) return -1;
    pen.drawImage(video, 0, 0, 1, 1);
    return pen.getImageData(0, 0, 1, 1).data[0] ?? -1;
  });
  const second = await at(page);
  assert.ok(Math.abs(red - second * 255 / SECONDS) < 16, `red ${red} at ${second} s`);
  await page.evaluate(() => { void document.querySelector('video')?.play(); });
  await page.waitForFunction(() => document.querySelector('video')?.ended === true, undefined, { timeout: 30_000 });
}));

test('a film that is no film, or a broken one, is offered for download; nothing throws', async () => {
  const page = await stage.open('empty');
  await page.evaluate(async () => {
    const bytes = await film(3);
    const broken = bytes.slice();
    // The table of samples points outside the file.
    const moov = broken.findIndex((_, place) => String.fromCharCode(...broken.subarray(place, place + 4)) === 'stco');
    broken.fill(0xff, moov + 12, moov + 400);
    memory.drive.add('/text.mp4', { size: 5 }, new TextEncoder().encode('hello'));
    memory.drive.add('/broken.mp4', { size: broken.length }, broken);
    memory.emit({ type: 'changed', path: '/' });
  });
  await page.getByTitle('text.mp4', { exact: true }).first().click();
  await page.locator('.not-shown').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTitle('broken.mp4', { exact: true }).first().click();
  await page.locator('.not-shown, video').first().waitFor();
  await page.context().close();
});

test('a malformed head throws a RangeError, and nothing else', () => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(0, 0, 0, 8, 109, 111, 111, 118), Uint8Array.of(255, 255, 255, 255, 109, 111, 111, 118, 0, 0)]) {
    try {
      readMovie(bytes, 1000);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, RangeError);
    }
  }
});

test('a head with any bytes altered is read or refused with a RangeError, and soon', async () => {
  const page = await stage.open('empty');
  const film = Uint8Array.from(await page.evaluate(async () => Array.from(await globalThis.film(2))));
  await page.context().close();
  const start = Buffer.from(film).lastIndexOf('moov') - 4;
  const moov = film.subarray(start);
  assert.equal(readMovie(moov, film.length).tracks.map(({ codec, isVideo, count }) => [codec.slice(0, 4), isVideo ? count : count >= 100]), [['avc1', 20], ['opus', true]]);
  const random = seededRandom('ui-page/media');
  const began = performance.now();
  for (let run = 0; run < 2000; run++) {
    const altered = moov.slice();
    for (let count = 0; count < 1 + random.int(4); count++) altered[random.int(altered.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(256)]);
    try {
      const movie = readMovie(altered, film.length);
      for (const fragment of fragmentsOf(movie)) spansOf(movie, fragment);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  assert.ok(performance.now() - began < 60_000);
});

test('nothing broke the policy', () => {
  assert.equal([...new Set(stage.faults)], []);
});

test.run();
