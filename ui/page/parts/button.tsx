import type { ComponentChildren, Ref, TargetedMouseEvent } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: (event: TargetedMouseEvent<HTMLButtonElement>) => void;
  readonly look?: 'plain' | 'main' | 'quiet' | 'danger';
  readonly icon?: IconName;
  readonly submit?: boolean;
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly buttonRef?: Ref<HTMLButtonElement>;
  readonly describedBy?: string;
  readonly wide?: boolean;
}

/** A button with words. While `busy` it stays where it is and does nothing. */
export function Button({ children, onClick, look = 'plain', icon, submit = false, disabled = false, busy = false, buttonRef, describedBy, wide = false }: ButtonProps) {
  return (
    <button
      ref={buttonRef ?? null}
      type={submit ? 'submit' : 'button'}
      class={`button button-${look}${wide ? ' button-wide' : ''}`}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      aria-describedby={describedBy}
      onClick={(event) => { if (busy) event.preventDefault(); else onClick?.(event); }}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does: read aloud, and shown when the pointer rests on it. */
  readonly label: string;
  readonly onClick?: (event: TargetedMouseEvent<HTMLButtonElement>) => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly tabIndex?: number;
  readonly buttonRef?: Ref<HTMLButtonElement>;
  readonly small?: boolean;
}

export function IconButton({ icon, label, onClick, pressed, disabled = false, tabIndex, buttonRef, small = false }: IconButtonProps) {
  return (
    <button
      ref={buttonRef ?? null}
      type="button"
      class={`icon-button${small ? ' icon-button-small' : ''}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      {...(tabIndex === undefined ? {} : { tabIndex })}
      onClick={(event) => { event.stopPropagation(); onClick?.(event); }}
    >
      <Icon name={icon} size={small ? 16 : 20} />
    </button>
  );
}
