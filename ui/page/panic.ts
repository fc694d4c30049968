/** Escape three times within this time locks, clears and leaves. */
const WITHIN_MS = 1500;

/** Calls `leave` after the third Escape; returns the way to stop watching. Keys that are held down count once. */
export function watchEscape(leave: () => void): () => void {
  let times: number[] = [];
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') {
      times = [];
      return;
    }
    if (event.repeat) return;
    times = [...times.filter((time) => event.timeStamp - time < WITHIN_MS), event.timeStamp];
    if (times.length >= 3) leave();
  };
  // Whoever closes one thing after the other does something in between.
  const onPointer = (): void => { times = []; };
  // Before anything on the page can keep the key to itself.
  addEventListener('keydown', onKey, { capture: true });
  addEventListener('pointerdown', onPointer, { capture: true });
  return () => {
    removeEventListener('keydown', onKey, { capture: true });
    removeEventListener('pointerdown', onPointer, { capture: true });
  };
}
