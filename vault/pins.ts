import { toHex, type PublicKey } from '../crypto/index.ts';
import type { Space, SpacePin } from '../node/index.ts';
import type { Device, OtherPin } from './device.ts';

const OTHER_PINS_MAX = 4096;

/** The pins of the account's own spaces but the home space. */
export class OwnPins {
  readonly #device: Device;
  readonly #home: Space;
  /** By key in hexadecimal. */
  readonly #pins = new Map<string, OtherPin>();

  constructor(device: Device, home: Space) {
    this.#device = device;
    this.#home = home;
  }

  load(others: readonly OtherPin[]): void {
    for (const other of others) this.#pins.set(toHex(other.space), other);
  }

  of(writer: PublicKey): SpacePin | null {
    return this.#pins.get(toHex(writer))?.pin ?? null;
  }

  /** Takes over what was seen of these spaces, and leaves it on the device where it is news. */
  async save(spaces: Iterable<Space>): Promise<void> {
    if (this.#note(spaces)) await this.#device.saveOtherPins?.(this.#home.writer, [...this.#pins.values()].slice(-OTHER_PINS_MAX));
  }

  #note(spaces: Iterable<Space>): boolean {
    let news = false;
    for (const { key, writer, pin, client } of spaces) {
      const held = this.#pins.get(toHex(writer));
      if (key === null || pin === null || client !== this.#home.client || (held !== undefined && held.pin.sequence >= pin.sequence)) continue;
      this.#pins.set(toHex(writer), { space: writer, pin });
      news = true;
    }
    return news;
  }
}
