import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNewPassword, VaultError } from '../../vault/index.ts';

function verdict(password: string, login = 'alice'): string {
  try {
    checkNewPassword(password, login);
    return 'fine';
  } catch (error) {
    assert.instance(error, VaultError);
    return (error as VaultError).code;
  }
}

test('twelve characters or a passphrase do', () => {
  for (const password of ['correct horse battery staple', 'vZ4#qm8!Lw2x', 'lampe fjord uhr kanne', 'пароль из слов тихо']) assert.is(verdict(password), 'fine', password);
});

test('short, common and repetitive passwords do not', () => {
  const weak = ['', 'short', 'elevenchars', 'aaaaaaaaaaaaaaaa', '123456789012', 'abcdefghijklmnop', 'password1234', 'passwordpassword', 'alicealicealice', 'alice12345678', 'qwertyuiop12', 'abababababababab', '\ud800aaaaaaaaaaaaaaa'];
  for (const password of weak) assert.is(verdict(password), 'weak-password', password);
});

test('characters are counted after normalisation: no accent counts twice', () => {
  assert.is(verdict('e\u0301x\u00e9w\u00e9p\u0301q\u0301\u00e9'.normalize('NFD')), 'weak-password');
});

test('the message names no part of the password', () => {
  try {
    checkNewPassword('hunter2', 'alice');
    assert.unreachable();
  } catch (error) {
    assert.not.match((error as Error).message, /hunter/);
  }
});

test.run();
