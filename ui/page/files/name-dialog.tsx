import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useAction } from '../app-state.ts';
import { nameFault, splitName } from '../names.ts';
import { Button } from '../parts/button.tsx';
import { Actions, Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { t } from '../text.ts';

interface NameDialogProps {
  readonly title: string;
  readonly label: string;
  readonly first: string;
  readonly submit: string;
  readonly onName: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Asks for one name: of a new folder, or a new one for what has one. */
export function NameDialog({ title, label, first, submit, onName, onClose }: NameDialogProps) {
  const [name, setName] = useState(first);
  const input = useRef<HTMLInputElement>(null);
  const action = useAction();
  const fault = name === '' || name === first ? null : nameFault(name);
  useLayoutEffect(() => { input.current?.setSelectionRange(0, splitName(first)[0].length); }, []);
  return (
    <Dialog title={title} size="small" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (nameFault(name) !== null) return;
          action.run(async () => {
            await onName(name);
            onClose();
          });
        }}
      >
        <Field label={label} value={name} onInput={setName} inputRef={input} literal autoFocus required fault={fault === null ? action.error : t(fault)} />
        <Actions>
          <Button look="quiet" onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="main" submit busy={action.busy} disabled={name.trim() === '' || fault !== null}>{submit}</Button>
        </Actions>
      </form>
    </Dialog>
  );
}
