import { Dialog } from './parts/dialog.tsx';
import { t } from './text.ts';

const KEYS = [
  ['keys.panic', ['Esc', 'Esc', 'Esc']], ['keys.search', ['/']], ['keys.move', ['↑', '↓']], ['keys.range', ['Shift', '↑ ↓']], ['keys.toggle', ['Space']],
  ['keys.all', ['Ctrl', 'A']], ['keys.open', ['Enter']], ['keys.rename', ['F2']], ['keys.remove', ['Delete']], ['keys.undo', ['Ctrl', 'Z']], ['keys.up', ['Alt', '↑']], ['keys.menu', ['Shift', 'F10']], ['keys.help', ['?']],
] as const;

export const KeyTable = () => (
  <dl class="keys">
    {KEYS.map(([label, keys]) => <div key={label}><dt>{t(label)}</dt><dd dir="ltr">{keys.map((key, at) => <kbd key={at}>{key}</kbd>)}</dd></div>)}
  </dl>
);

/** Every key that does something. */
export const Keys = ({ onClose }: { readonly onClose: () => void }) => <Dialog title={t('keys.title')} onClose={onClose}><KeyTable /></Dialog>;
