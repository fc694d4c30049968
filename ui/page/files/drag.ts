import { createStore } from '../store.ts';

/** What is being dragged inside this page. It never goes into the drag's own data, which other pages and programs can read. */
export const dragged = createStore<readonly string[]>([]);

/** The folder that the drag is over. */
export const dragTarget = createStore<string | null>(null);

/** A drag that comes from outside with files. */
export const bringsFiles = (event: DragEvent): boolean => dragged.get().length === 0 && (event.dataTransfer?.types.includes('Files') ?? false);

/** Begins a drag of the page's own. */
export function beginDrag(event: DragEvent, paths: readonly string[]): void {
  dragged.set(paths);
  if (event.dataTransfer === null) return;
  event.dataTransfer.effectAllowed = 'move';
  // Firefox drags nothing without data.
  event.dataTransfer.setData('application/x-underkeep', '');
}

export function endDrag(): void {
  dragged.set([]);
  dragTarget.set(null);
}

/** What a folder's row, card or crumb needs so that things can be dropped on it. */
export function dropOn(folder: string, take: (paths: readonly string[]) => void) {
  const accepts = (): boolean => {
    const paths = dragged.get();
    return paths.length > 0 && !paths.some((path) => path === folder || folder.startsWith(`${path}/`));
  };
  return {
    onDragOver(event: DragEvent): void {
      if (!accepts()) return;
      event.preventDefault();
      event.stopPropagation();
      dragTarget.set(folder);
    },
    onDragLeave(): void { if (dragTarget.get() === folder) dragTarget.set(null); },
    onDrop(event: DragEvent): void {
      if (!accepts()) return;
      event.preventDefault();
      event.stopPropagation();
      const paths = dragged.get();
      endDrag();
      take(paths);
    },
  };
}
