/** Lets everything else that waits for the thread go first: hidden work must not delay a tick or a commit. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
