// timeout: 600
/** The page where a browser compiles no script and has no WebAssembly, as Tor Browser's level "Safer". */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withHarness } from './harness.ts';

test('without JIT and WebAssembly everything works, slowly, and says how far it is', () => withHarness(async (page) => {
  assert.is(await page.evaluate(() => typeof WebAssembly), 'undefined');
  await page.evaluate(() => harness.api.signUp({ name: 'alice', password: 'seven slow turtles walk home' }));
  const steps = await page.evaluate(() => harness.events.flatMap((event) => (event.type === 'login' ? [event] : [])));
  const stretching = steps.filter(({ step }) => step === 'stretching');
  assert.ok(stretching.length >= 10, `${stretching.length}`);
  assert.ok(stretching.every(({ fraction }, index) => fraction > (stretching[index - 1]?.fraction ?? 0) && fraction <= 1));
  const half = stretching.find(({ fraction }) => fraction >= 0.5);
  assert.ok((half?.seconds ?? 0) > 0.1);
  const content = await page.evaluate(async () => {
    const { id } = await harness.api.upload([{ path: 'a.txt', file: new File(['slow and steady '.repeat(5000)], 'a.txt') }], '/');
    while (!harness.events.some((event) => event.type === 'progress' && event.id === id && event.file === null && event.state === 'done')) await new Promise((resolve) => { setTimeout(resolve, 50); });
    return new TextDecoder().decode(await harness.api.read('/a.txt'));
  });
  assert.is(content, 'slow and steady '.repeat(5000));
  assert.is(page.workers().length, 1);
}, {}, ['--js-flags=--jitless']));

test.run();
