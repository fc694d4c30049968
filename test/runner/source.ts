import { parseSync } from 'oxc-parser';

/** One import of any kind. `specifier` is null when it is computed, and so cannot be checked. */
export interface Import {
  readonly line: number;
  readonly specifier: string | null;
}

/** A free-standing use of a name, properties and keys left out. */
export interface NameUse {
  readonly line: number;
  readonly name: string;
}

/** What the import table needs to know of one file. */
export interface Source {
  readonly imports: readonly Import[];
  readonly names: readonly NameUse[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
]);

/** Where an identifier is only a label of its parent, not a use of the name. */
const labels: ReadonlyMap<string, readonly string[]> = new Map([
  ['MemberExpression', ['property']],
  ['Property', ['key']],
  ['PropertyDefinition', ['key']],
  ['MethodDefinition', ['key']],
  ['TSPropertySignature', ['key']],
  ['TSMethodSignature', ['key']],
  ['TSQualifiedName', ['right']],
  ['TSNamedTupleMember', ['label']],
  ['ImportSpecifier', ['imported']],
  ['ExportSpecifier', ['exported']],
]);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function isLabel(parent: Node | undefined, key: string): boolean {
  return parent !== undefined && parent['computed'] !== true && (labels.get(parent.type)?.includes(key) ?? false);
}

/** The module that a node names; undefined when it names none (`export { local }`), null when it is computed. */
function moduleOf(node: Node): string | null | undefined {
  const from = node['source'] ?? node['argument'] ?? node['expression'];
  if (!isNode(from)) return undefined;
  const literal = from.type === 'TSLiteralType' ? from['literal'] : from;
  const value = isNode(literal) && literal.type === 'Literal' ? literal['value'] : null;
  return typeof value === 'string' ? value : null;
}

function propertyOfGlobal(node: Node): string | undefined {
  const { object, property } = node;
  if (node.type !== 'MemberExpression' || !isNode(object) || object['name'] !== 'globalThis' || !isNode(property)) return undefined;
  const name = property['name'] ?? property['value'];
  return typeof name === 'string' ? name : undefined;
}

/**
 * Lists the imports of a file (static, type-only, re-exports, dynamic, `import('...')` types) and the names it uses.
 * Throws for a file that does not parse.
 */
export function readSource(path: string, text: string): Source {
  const { program, errors, comments } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  const imports: Import[] = [];
  const names: NameUse[] = [];
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;

  const visit = (node: Node, parent: Node | undefined, key: string): void => {
    if (importing.has(node.type)) {
      const specifier = moduleOf(node);
      if (specifier !== undefined) imports.push({ line: lineAt(node.start), specifier });
    }
    const name = node.type === 'Identifier' && !isLabel(parent, key) ? node['name'] : propertyOfGlobal(node);
    if (typeof name === 'string') names.push({ line: lineAt(node.start), name });
    for (const [childKey, child] of Object.entries(node)) {
      for (const one of Array.isArray(child) ? (child as unknown[]) : [child]) if (isNode(one)) visit(one, node, childKey);
    }
  };
  visit(program as unknown as Node, undefined, '');

  for (const comment of comments) {
    const reference = /^\/\s*<reference\s+(?:path|types)\s*=\s*["']([^"']+)["']/.exec(comment.value)?.[1];
    if (reference !== undefined) imports.push({ line: lineAt(comment.start), specifier: reference });
  }
  return { imports, names };
}
