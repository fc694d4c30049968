import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { nameFault, splitName } from '../names.ts';
import { t } from '../text.ts';

/** The name in its place, with its stem chosen. Enter keeps it, Escape does not. */
export function RenameInput({ name, onDone }: { readonly name: string; readonly onDone: (name: string | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const isOver = useRef(false);
  const [text, setText] = useState(name);
  const fault = text === name ? null : nameFault(text);
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.setSelectionRange(0, splitName(name)[0].length);
  }, []);
  const end = (keep: boolean): void => {
    if (isOver.current) return;
    isOver.current = true;
    onDone(keep && fault === null && text !== name ? text : null);
  };
  return (
    <span class="rename">
      <input
        ref={input}
        value={text}
        aria-label={t('rename.label', { name })}
        aria-invalid={fault !== null || undefined}
        spellcheck={false}
        autocomplete="off"
        translate={false}
        onInput={(event) => { setText(event.currentTarget.value); }}
        onClick={(event) => { event.stopPropagation(); }}
        onBlur={() => { end(true); }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter' && fault === null) end(true);
          if (event.key === 'Escape') end(false);
        }}
      />
      {fault !== null && <span class="rename-fault" role="alert">{t(fault)}</span>}
    </span>
  );
}
