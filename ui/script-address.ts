interface ScriptPolicies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

let policy: { createScriptURL(url: string): string } | null = null;

/** Under Trusted Types a worker's address needs the one policy of this page, which lets its own bundles through and nothing else. */
export function scriptAddress(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: ScriptPolicies };
  policy ??= trustedTypes === undefined ? { createScriptURL: checked } : trustedTypes.createPolicy('underkeep', { createScriptURL: checked });
  return policy.createScriptURL(url);
}

function checked(url: string): string {
  if (!/^\/assets\/[\w.-]+\.js$/.test(url)) throw new TypeError('not a script of this page');
  return url;
}
