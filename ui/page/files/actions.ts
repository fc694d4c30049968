import type { Item } from '../../contract.ts';
import { useDrive } from '../app-state.ts';
import { errorText } from '../errors.ts';
import { baseName, join, parentOf } from '../paths.ts';
import { t } from '../text.ts';

export interface FileActions {
  /** Never rejects: what goes wrong is said. */
  remove(items: readonly Item[]): Promise<void>;
  rename(item: Item, name: string): Promise<void>;
  move(paths: readonly string[], folder: string): Promise<void>;
  copy(paths: readonly string[], folder: string): Promise<void>;
  download(items: readonly Item[]): void;
}

/** What can be done with the files of one folder. Everything that can be taken back offers that. */
export function useFileActions(folder: string): FileActions {
  const { api, notices } = useDrive();
  const pathOf = ({ name }: Item): string => join(folder, name);
  const complain = (error: unknown): void => { notices.toast(errorText(error), { look: 'danger' }); };
  const naming = (paths: readonly string[]): string => (paths.length === 1 ? baseName(paths[0] ?? '') : '');

  const removeEach = async (items: readonly Item[]): Promise<readonly string[]> => {
    const removed: string[] = [];
    try {
      for (const item of items) removed.push((await api.remove(pathOf(item))).id);
    } catch (error) {
      complain(error);
    }
    return removed;
  };

  // What was done is said at once; taking it back waits until it is.
  const removeAll = async (items: readonly Item[]): Promise<void> => {
    const work = removeEach(items);
    const undo = async (): Promise<void> => { for (const id of await work) await api.restore(id); };
    const text = items.length === 1 ? t('removed.one', { name: items[0]?.name ?? '' }) : t('removed.many', { count: items.length });
    notices.toast(text, { undo: () => { undo().catch(complain); } });
    await work;
  };

  const moveAll = async (paths: readonly string[], to: string): Promise<void> => {
    const moved: (readonly [from: string, to: string])[] = [];
    try {
      for (const path of paths) {
        if (parentOf(path) === to) continue;
        const target = join(to, baseName(path));
        await api.move(path, target);
        moved.push([path, target]);
      }
    } finally {
      const undo = async (): Promise<void> => { for (const [from, target] of moved) await api.move(target, from); };
      const place = to === '/' ? t('nav.files') : baseName(to);
      const text = moved.length === 1 ? t('moved.one', { name: naming(moved.map(([from]) => from)), folder: place }) : t('moved.many', { count: moved.length, folder: place });
      if (moved.length > 0) notices.toast(text, { undo: () => { undo().catch(complain); } });
    }
  };

  return {
    remove: removeAll,
    rename: (item, name) => api.move(pathOf(item), join(folder, name)),
    move: moveAll,
    async copy(paths, to) {
      for (const path of paths) await api.copy(path, join(to, baseName(path)));
      notices.toast(t('copied.to', { count: paths.length, folder: to === '/' ? t('nav.files') : baseName(to) }));
    },
    download(items) { api.download(items.map(pathOf)).catch(complain); },
  };
}
