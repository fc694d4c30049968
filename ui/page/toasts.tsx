import { useEffect, useRef } from 'preact/hooks';
import { useDrive } from './app-state.ts';
import { UNDO_MS, type Toast } from './notices.ts';
import { IconButton } from './parts/button.tsx';
import { Icon } from './parts/icon.tsx';
import { isTyping } from './shell-keys.ts';
import { useStore } from './store.ts';
import { t } from './text.ts';

/** Goes by itself, but not while the pointer or the focus is on it. */
function useFade(dismiss: () => void, ms: number) {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stop = (): void => { if (timer.current !== null) clearTimeout(timer.current); };
  const start = (): void => {
    stop();
    timer.current = setTimeout(dismiss, ms);
  };
  useEffect(() => {
    start();
    return stop;
  }, []);
  return { onMouseEnter: stop, onMouseLeave: start, onFocusIn: stop, onFocusOut: start };
}

function OneToast({ toast }: { readonly toast: Toast }) {
  const { notices } = useDrive();
  const dismiss = (): void => { notices.dismiss(toast.id); };
  const fade = useFade(dismiss, toast.look === 'danger' ? UNDO_MS * 2 : UNDO_MS);
  return (
    <div class={`toast toast-${toast.look}`} {...fade}>
      {toast.look === 'danger' && <Icon name="alert" />}
      <span class="toast-text">{toast.text}</span>
      {toast.undo !== null && (
        <button type="button" class="toast-undo" onClick={() => { dismiss(); toast.undo?.(); }}>{t('toast.undo')}</button>
      )}
      <IconButton icon="close" label={t('toast.dismiss')} onClick={dismiss} small />
    </div>
  );
}

/** What just happened, and for ten seconds the way back. Ctrl+Z takes back the last. */
export function Toasts() {
  const { notices } = useDrive();
  const toasts = useStore(notices.toasts);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'z' || event.shiftKey || !(event.ctrlKey || event.metaKey) || isTyping(event)) return;
      const last = notices.toasts.get().findLast(({ undo }) => undo !== null);
      if (last === undefined) return;
      event.preventDefault();
      notices.dismiss(last.id);
      last.undo?.();
    };
    addEventListener('keydown', onKey);
    return () => { removeEventListener('keydown', onKey); };
  }, []);
  return <div class="toasts" role="log" aria-live="polite" aria-label={t('toast.label')}>{toasts.map((toast) => <OneToast key={toast.id} toast={toast} />)}</div>;
}
