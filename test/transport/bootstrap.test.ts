import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { afterSilence, afterStatusLine, STARTING } from '../../transport/bootstrap.ts';
import type { TorStatus } from '../../transport/bootstrap.ts';

const bootstrap = (percent: number, rest = ''): string => `STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=${percent} TAG=x SUMMARY="Step ${percent}"${rest}`;

function after(...lines: readonly string[]): TorStatus {
  return lines.reduce(afterStatusLine, STARTING);
}

test('progress is read from events and from GETINFO alike, up to ready', () => {
  assert.equal(after(bootstrap(10)), { phase: 'bootstrapping', percent: 10, summary: 'Step 10' });
  assert.equal(after(bootstrap(10).replace('STATUS_CLIENT ', '')), after(bootstrap(10)));
  assert.equal(after(bootstrap(10), bootstrap(100)), { phase: 'ready', percent: 100, summary: 'Step 100' });
});

test("tor's warning is passed on, and forgotten when tor gets further; nothing that names a relay is", () => {
  const warned = after(bootstrap(5, ' WARNING="Connection refused" REASON=CONNECTREFUSED COUNT=3 HOSTID="AB" HOSTADDR="198.51.100.7:9001"'));
  assert.is(warned.advice, 'Tor reports: Connection refused.');
  assert.is(afterStatusLine(warned, bootstrap(10)).advice, undefined);
});

test('silence makes tor stuck, with what to do; progress makes it go on, ready is never stuck', () => {
  const stuck = afterSilence(after(bootstrap(10)), 60);
  assert.is(stuck.phase, 'stuck');
  assert.match(stuck.advice ?? '', /stuck at 10 % \(step 10\) for 60 seconds; .*--torrc-extra/);
  assert.is(afterStatusLine(stuck, bootstrap(10)).phase, 'stuck');
  assert.is(afterStatusLine(stuck, bootstrap(15)).phase, 'bootstrapping');
  const ready = after(bootstrap(100));
  assert.is(afterSilence(ready, 60), ready);
});

test('a clock that is far off is named with direction and size', () => {
  const skewed = after(bootstrap(20), 'STATUS_GENERAL WARN CLOCK_SKEW SKEW=-7200 SOURCE=CONSENSUS');
  assert.match(skewed.advice ?? '', /clock is about 120 minutes behind.*set the clock right/);
  assert.match(afterSilence(skewed, 60).advice ?? '', /120 minutes behind/);
  assert.match(after('STATUS_GENERAL WARN CLOCK_SKEW SKEW=+3600 SOURCE=X').advice ?? '', /60 minutes ahead/);
});

test('lost circuits count as not ready until there is one again', () => {
  const lost = after(bootstrap(100), 'STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=CLOCK_JUMPED');
  assert.is(lost.phase, 'bootstrapping');
  assert.is(afterSilence(lost, 60).phase, 'stuck');
  assert.is(afterStatusLine(lost, 'STATUS_CLIENT NOTICE CIRCUIT_ESTABLISHED').phase, 'ready');
});

test('what means nothing to us changes nothing', () => {
  const status = after(bootstrap(10));
  for (const line of ['', 'STATUS_CLIENT NOTICE ENOUGH_DIR_INFO', bootstrap(-1), bootstrap(101), 'STATUS_CLIENT NOTICE BOOTSTRAP', 'HS_DESC UPLOADED x']) {
    assert.is(afterStatusLine(status, line), status, line);
  }
});

test.run();
