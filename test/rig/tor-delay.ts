/**
 * A user-space delay on TCP links, since the kernel here has no netem. Run as a process of its own, so that what the tests
 * compute does not slow the links: `node tor-delay.ts DELAY_MS LISTEN:TARGET...`, ports on 127.0.0.1. Prints "ready".
 * Each direction is delayed by DELAY_MS; the order of bytes, half-close and back-pressure are kept.
 */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

// Bytes held back in one direction of one connection before its source is paused.
const HELD_MAX = 4 * 1024 * 1024;

const [delayText, ...links] = process.argv.slice(2);
const delayMs = Number(delayText);

await Promise.all(links.map((link) => {
  const [listen, target] = link.split(':').map(Number);
  if (listen === undefined || target === undefined) throw new Error('give LISTEN:TARGET');
  return forward(listen, target);
}));
process.stdin.on('end', () => process.exit()).resume();
process.stdout.write('ready\n');

function forward(listen: number, target: number): Promise<void> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
    const destroy = (): void => {
      near.destroy();
      far.destroy();
    };
    near.on('error', destroy);
    far.on('error', destroy);
    delayed(near, far);
    delayed(far, near);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen, '127.0.0.1', resolve);
  });
}

function delayed(from: Socket, to: Socket): void {
  let held = 0;
  from.on('data', (chunk) => {
    held += chunk.length;
    if (held > HELD_MAX) from.pause();
    setTimeout(() => {
      held -= chunk.length;
      if (held <= HELD_MAX) from.resume();
      if (to.writable) to.write(chunk);
    }, delayMs);
  });
  // Ends and losses travel as late as the bytes before them.
  from.on('end', () => setTimeout(() => to.end(), delayMs));
  from.on('close', () => setTimeout(() => to.destroySoon(), delayMs));
}
