import type { Item } from '../../contract.ts';
import { useDrive } from '../app-state.ts';
import { later } from '../parts/later.tsx';
import { join } from '../paths.ts';
import { ShareSheet } from '../share/share-sheet.tsx';
import { t } from '../text.ts';
import { useFileActions } from './actions.ts';
import type { ItemActions } from './item-menu.ts';
import { MoveDialog } from './move-dialog.tsx';
import { NameDialog } from './name-dialog.tsx';
import type { PreviewProps } from '../preview/preview.tsx';

export type OpenDialog =
  | { readonly type: 'none' }
  | { readonly type: 'preview'; readonly id: string }
  | { readonly type: 'share'; readonly item: Item }
  | { readonly type: 'rename'; readonly item: Item }
  | { readonly type: 'new-folder' }
  | { readonly type: 'move'; readonly paths: readonly string[]; readonly copies: boolean };

const Preview = later<PreviewProps>(async () => (await import('../preview/preview.tsx')).Preview);

interface FolderDialogProps {
  readonly open: OpenDialog;
  readonly path: string;
  readonly items: readonly Item[];
  readonly actions: ItemActions;
  readonly isReadOnly: boolean;
  readonly onClose: () => void;
  readonly show: (dialog: OpenDialog) => void;
}

/** The one dialog of a folder that is open. */
export function FolderDialog({ open, path, items, actions, isReadOnly, onClose, show }: FolderDialogProps) {
  const { api } = useDrive();
  const files = useFileActions(path);
  if (open.type === 'new-folder') return <NameDialog title={t('newFolder.title')} label={t('newFolder.label')} first="" submit={t('newFolder.submit')} onName={(name) => api.mkdir(join(path, name))} onClose={onClose} />;
  if (open.type === 'rename') return <NameDialog title={t('rename.title')} label={t('rename.field')} first={open.item.name} submit={t('action.rename')} onName={(name) => files.rename(open.item, name)} onClose={onClose} />;
  if (open.type === 'move') return <MoveDialog paths={open.paths} from={path} copies={open.copies} onMove={(folder) => (open.copies ? files.copy(open.paths, folder) : files.move(open.paths, folder))} onClose={onClose} />;
  if (open.type === 'share') return <ShareSheet path={join(path, open.item.name)} item={open.item} onClose={onClose} />;
  if (open.type !== 'preview') return null;
  const shown = items.filter(({ kind }) => kind === 'file');
  return (
    <Preview
      items={shown}
      id={open.id}
      read={(item, offset, length) => api.read(join(path, item.name), offset, length)}
      onGo={(id) => { show({ type: 'preview', id }); }}
      onDownload={(item) => { actions.download([item]); }}
      onClose={onClose}
      {...(isReadOnly ? {} : { onShare: (item: Item) => { show({ type: 'share', item }); } })}
    />
  );
}
