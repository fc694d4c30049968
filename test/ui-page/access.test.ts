// timeout: 900
// serial
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { axeFaults, sideways } from './axe.ts';
import { plays } from './plays.ts';
import { desk, narrow, openStage } from './stage.ts';

const stage = await openStage();
test.after(() => stage.close());

for (const { name, scene, hash, act } of plays) {
  test(`${name}: nothing for axe-core to say, light or dark`, async () => {
    const page = await stage.open(scene, desk, hash);
    await act?.(page, desk);
    assert.equal(await axeFaults(page), [], 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.equal(await axeFaults(page), [], 'dark');
    await page.context().close();
  });

  test(`${name}: at 320 wide nothing scrolls sideways`, async () => {
    const page = await stage.open(scene, narrow, hash);
    await act?.(page, narrow);
    assert.equal(await sideways(page), []);
    await page.context().close();
  });
}

test('no view broke the policy, threw, or asked for anything from elsewhere', () => {
  assert.equal([...new Set(stage.faults)], []);
});

test.run();
