import type { ComponentChildren, RefObject } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../text.ts';
import { Icon } from './icon.tsx';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: 'text' | 'password';
  readonly hint?: ComponentChildren;
  /** What is wrong with the value; read aloud when it appears. */
  readonly fault?: string | null;
  readonly autoFocus?: boolean;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  /** Names and secrets are neither spelled, nor translated, nor started with a capital. */
  readonly literal?: boolean;
}

/** An input with its label above, its hint and its fault below. */
export function Field({ label, value, onInput, type = 'text', hint, fault = null, autoFocus = false, autocomplete = 'off', placeholder, required = false, inputRef, literal = false }: FieldProps) {
  const id = useId();
  const [isShown, setShown] = useState(false);
  const own = useRef<HTMLInputElement>(null);
  const input = inputRef ?? own;
  // The attribute counts when a dialog opens; this, when the field comes later.
  useLayoutEffect(() => { if (autoFocus) input.current?.focus(); }, []);
  const described = [hint !== undefined && `${id}-hint`, fault !== null && `${id}-fault`].filter(Boolean).join(' ');
  const shown = type === 'password' && !isShown ? { type: 'password' } as const : { type: 'text' } as const;
  const quiet = literal || type === 'password' ? { spellcheck: false, autocapitalize: 'none', translate: false } as const : {};
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          id={id}
          ref={input}
          {...shown}
          value={value}
          autocomplete={autocomplete}
          placeholder={placeholder ?? ''}
          required={required}
          aria-invalid={fault !== null || undefined}
          aria-describedby={described === '' ? undefined : described}
          {...(autoFocus ? { autofocus: true } : {})}
          {...quiet}
          onInput={(event) => { onInput(event.currentTarget.value); }}
        />
        {type === 'password' && (
          <button type="button" class="icon-button field-eye" aria-label={isShown ? t('field.hide') : t('field.show')} title={isShown ? t('field.hide') : t('field.show')} onClick={() => { setShown(!isShown); }}>
            <Icon name={isShown ? 'eyeOff' : 'eye'} />
          </button>
        )}
      </div>
      {hint !== undefined && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      <p class="fault" id={`${id}-fault`} role="alert">{fault !== null && <><Icon name="alert" size={16} /><span>{fault}</span></>}</p>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly onChange: (value: T) => void;
  readonly hint?: string;
}

/** One of a list. */
export function Choice<T extends string>({ label, value, options, onChange, hint }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <select
          id={id}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => {
            const chosen = options.find(([option]) => option === event.currentTarget.value);
            if (chosen !== undefined) onChange(chosen[0]);
          }}
        >
          {options.map(([option, text]) => <option key={option} value={option} selected={option === value}>{text}</option>)}
        </select>
        <Icon name="down" size={16} />
      </div>
      {hint !== undefined && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** Two or three choices side by side. */
export function Segments<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend>{label}</legend>
      <div class="segments-row">
        {options.map(([option, text]) => (
          <label key={option} class={option === value ? 'segment is-on' : 'segment'}>
            <input type="radio" name={name} value={option} checked={option === value} onChange={() => { onChange(option); }} />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
