import { equalBytes, randomBytes } from '../crypto/index.ts';
import { HiddenError } from '../hidden/index.ts';
import type { Name } from '../wire/index.ts';
import { VaultError } from './error.ts';
import { HEADER_VAULTS_MAX } from './header.ts';
import type { HiddenDrive } from './hidden-drive.ts';
import { headerCell } from './hidden-header.ts';
import type { HiddenVaults } from './hidden-vaults.ts';
import { recognitionOf } from './login-key.ts';
import { oldPassword, type Opened } from './opened.ts';
import { checkNewPassword } from './password.ts';
import type { Profile } from './profile.ts';
import type { StateCell } from './state.ts';
import type { NewPassword, Ticks } from './ticks.ts';

export interface PasswordsInit {
  readonly login: Name;
  readonly opened: Opened;
  readonly profile: StateCell<Profile>;
  readonly hidden: HiddenVaults;
  readonly ticks: Ticks;
  /** Whether ticks come by themselves. */
  readonly isScheduled: () => boolean;
}

/** Which password opens what: every change is a header that goes with a tick. */
export class Passwords {
  readonly #init: PasswordsInit;
  #generation: number;
  #check: Uint8Array;

  constructor(init: PasswordsInit) {
    this.#init = init;
    this.#generation = init.opened.generation;
    this.#check = init.opened.check;
  }

  async change(current: string, next: string): Promise<void> {
    const { login, opened: { secrets, cost }, hidden } = this.#init;
    checkNewPassword(next, login);
    if (!equalBytes(await recognitionOf(current, login, cost), this.#check)) {
      throw new VaultError('wrong-password', 'The current password is wrong; nothing was changed.');
    }
    const generation = this.#generation + 1;
    const [deepest = new Uint8Array()] = secrets;
    const drive = secrets.length === 1 ? null : hidden.driveOf(deepest);
    if (secrets.length > 1 && drive === null) throw new HiddenError('arriving', 'The hidden vault is still arriving; change its password when it is there.');
    const stage = drive === null ? { stage: this.#raise(generation) } : {};
    const { check } = await this.#withTick({ password: next, header: { generation, secrets }, ...stage });
    this.#generation = generation;
    this.#check = check;
    if (drive !== null) await headerCell(drive, deepest).edit(() => generation);
  }

  async addVault(password: string): Promise<void> {
    const { login, opened, hidden } = this.#init;
    checkNewPassword(password, login);
    const secret = randomBytes(32);
    const visible = opened.secrets.at(-1) ?? new Uint8Array();
    const secrets = [secret, ...hidden.secrets, visible];
    if (secrets.length > HEADER_VAULTS_MAX) throw new VaultError('vaults-full', `A password opens at most ${HEADER_VAULTS_MAX - 1} hidden vaults; export into a new account.`);
    await this.#withTick({ password, header: { generation: 1, secrets } });
    hidden.add(secret);
    secret.fill(0);
    await hidden.settled();
  }

  /** Throws 'old-password' where the visible vault's password has been changed since. */
  checkVisible(profile: Profile): void {
    if (this.#init.opened.secrets.length === 1 && profile.generation > this.#generation) throw oldPassword();
  }

  /** A hidden vault keeps the generation of its own password within itself. */
  async checkHidden(secret: Uint8Array, drive: HiddenDrive): Promise<void> {
    const { secrets } = this.#init.opened;
    if (secrets.length === 1 || !equalBytes(secret, secrets[0] ?? new Uint8Array())) return;
    if (await headerCell(drive, secret).get() > this.#generation) throw oldPassword();
  }

  #raise(generation: number): NonNullable<NewPassword['stage']> {
    return async (tx) => {
      await this.#init.profile.update(tx, (profile) => {
        this.checkVisible(profile);
        return { ...profile, generation };
      });
    };
  }

  async #withTick(wanted: NewPassword): Promise<{ readonly check: Uint8Array }> {
    const { ticks, isScheduled } = this.#init;
    const { ready, done } = ticks.submit(wanted);
    await ready;
    // Without a schedule nobody counts ticks.
    if (!isScheduled()) await ticks.run().catch(() => undefined);
    return done;
  }
}
