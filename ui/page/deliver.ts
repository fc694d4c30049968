/** Hands on what a promise brings, or why it brings nothing. Never rejects by itself. */
export async function deliver<T>(promise: Promise<T>, take: (value: T) => void, refuse: (error: unknown) => void = () => undefined): Promise<void> {
  let value: T;
  try {
    value = await promise;
  } catch (error) {
    refuse(error);
    return;
  }
  take(value);
}
