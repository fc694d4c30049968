/** Paths of a drive: '/' , '/Reports/a.txt', and '/@alice/…' for what alice shared. */

export const join = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

/** Whether `path` is `folder` or lies in it. */
export const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);

/** Every folder on the way, the top one first: '/', '/Reports', '/Reports/2026'. */
export function trailOf(path: string): readonly string[] {
  const trail = ['/'];
  for (const name of path.split('/').filter(Boolean)) trail.push(join(trail.at(-1) ?? '/', name));
  return trail;
}

/** The person whose shared folder the path is in; null in one's own drive. */
export function ownerOf(path: string): string | null {
  return /^\/@([^/]+)/.exec(path)?.[1] ?? null;
}
