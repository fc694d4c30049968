import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { t } from '../text.ts';
import { bringsFiles } from './drag.ts';
import type { Upload } from './upload.ts';

/** Follows a drag of files from outside over an element; leaving one child for another counts as staying. */
function useDropTarget(upload: Upload) {
  const [isOver, setOver] = useState(false);
  const depth = useRef(0);
  const leave = (): void => {
    depth.current = 0;
    setOver(false);
  };
  return {
    isOver,
    events: {
      onDragEnter(event: DragEvent): void {
        if (!bringsFiles(event)) return;
        depth.current++;
        setOver(true);
      },
      onDragLeave(event: DragEvent): void {
        if (bringsFiles(event) && --depth.current <= 0) leave();
      },
      onDragOver(event: DragEvent): void { if (bringsFiles(event)) event.preventDefault(); },
      onDrop(event: DragEvent): void {
        if (!bringsFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        leave();
        upload.drop(event.dataTransfer);
      },
    },
  };
}

/** The dashed square of an empty place. */
export function DropSquare({ upload }: { readonly upload: Upload }) {
  const { isOver, events } = useDropTarget(upload);
  return (
    <div class={isOver ? 'drop-square is-over' : 'drop-square'} {...events}>
      <Icon name="upload" size={32} />
      <p>{isOver ? t('drop.release') : t('drop.here')}</p>
      <div class="drop-buttons">
        <Button look="main" icon="upload" onClick={() => { upload.pick('files'); }}>{t('drop.files')}</Button>
        <Button icon="newFolder" onClick={() => { upload.pick('folder'); }}>{t('drop.folder')}</Button>
      </div>
    </div>
  );
}

/** A whole page that files can be dropped on. */
export function DropZone({ upload, label, children, disabled = false }: { readonly upload: Upload; readonly label: string; readonly children: ComponentChildren; readonly disabled?: boolean }) {
  const { isOver, events } = useDropTarget(upload);
  return (
    <div class="drop-zone" {...(disabled ? {} : events)}>
      {children}
      {isOver && <div class="drop-over" aria-hidden="true"><Icon name="upload" size={32} /><span>{label}</span></div>}
    </div>
  );
}
