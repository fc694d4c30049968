/** Any error as what the page is told: those with a code of ours keep it, everything else is a fault. */
export function asUiError(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'internal', message: 'Something went wrong that has no name; try again.' };
  if (error.name === 'AbortError') return { code: 'cancelled', message: 'This was cancelled.' };
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^[a-z][a-z-]*$/.test(code)) return { code, message: error.message };
  console.error(error);
  return { code: 'internal', message: `An unexpected fault: ${error.message}` };
}
