import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../text.ts';
import { IconButton } from './button.tsx';

interface DialogProps {
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly size?: 'small' | 'normal' | 'full';
  /** Buttons beside the title. */
  readonly tools?: ComponentChildren;
}

/** A modal dialog: the browser's own keeps the focus inside; the focus goes back to where it was when it closes. */
export function Dialog({ title, onClose, children, size = 'normal', tools }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    // Over the whole page it is what is shown that matters, not its first button.
    if (size === 'full') element?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog dialog-${size}`}
      {...(size === 'full' ? { tabIndex: -1 } : {})}
      aria-labelledby={id}
      onCancel={(event) => { event.preventDefault(); onClose(); }}
      onMouseDown={(event) => { if (event.target === event.currentTarget) onClose(); }}
    >
      <div class="dialog-sheet">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          {tools}
          <IconButton icon="close" label={t('dialog.close')} onClick={onClose} />
        </div>
        <div class="dialog-body">{children}</div>
      </div>
    </dialog>
  );
}

/** The buttons at the end of a dialog or form. */
export const Actions = ({ children }: { readonly children: ComponentChildren }) => <div class="actions">{children}</div>;
