import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** For how long the file that leads to the page stays. */
const FILE_MS = 20_000;

/** Whether a browser can be shown from here. */
export function hasDesktop(): boolean {
  return process.stdout.isTTY && ((process.env['DISPLAY'] ?? '') !== '' || (process.env['WAYLAND_DISPLAY'] ?? '') !== '');
}

/**
 * Opens the page in the person's browser. Every user of the machine can read command lines, so the address, with its token, goes
 * through a file that this user alone can read; the browser is told the file. Resolves with false where no browser started.
 */
export async function launch(url: string): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'underkeep-'));
  const file = join(folder, 'open.html');
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${url}"><title>Underkeep</title>\n`, { mode: 0o600 });
  try {
    const started = await start(pathToFileURL(file).href);
    if (started) await new Promise((resolve) => { setTimeout(resolve, FILE_MS); });
    return started;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(address: string): Promise<boolean> {
  const child = spawn('xdg-open', [address], { stdio: 'ignore', detached: true });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => { resolve(false); });
    child.once('spawn', () => { resolve(true); });
  });
}
