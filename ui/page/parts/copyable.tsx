import { useEffect, useState } from 'preact/hooks';
import { visible } from '../names.ts';
import { t } from '../text.ts';
import { Icon } from './icon.tsx';

/** A text that is meant to be passed on, with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => { setCopied(false); }, 2000);
    return () => { clearTimeout(timer); };
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <span class="copyable">
      <code dir="ltr" translate={false}>{visible(text)}</code>
      <button type="button" class="icon-button icon-button-small" aria-label={label} title={label} onClick={() => { copy().catch(() => undefined); }}>
        <Icon name={isCopied ? 'check' : 'copy'} size={16} />
      </button>
      <span class="sr" role="status">{isCopied && t('copied')}</span>
    </span>
  );
}
