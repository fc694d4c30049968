import type { ComponentChildren } from 'preact';
import type { Item } from '../../contract.ts';
import { useCalled, useDrive, useLoaded } from '../app-state.ts';
import { bytes, fullDate } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { endingOf } from '../names.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Icon, KindIcon } from '../parts/icon.tsx';
import { Avatar, FileName, Foreign } from '../parts/name.tsx';
import { Notice } from '../parts/notice.tsx';
import { join } from '../paths.ts';
import { linkFacts } from '../share/link-facts.ts';
import { t } from '../text.ts';

interface DetailsProps {
  readonly folder: string;
  readonly items: readonly Item[];
  readonly onShare: (item: Item) => void;
  readonly onClose: () => void;
}

const Frame = ({ children, onClose }: { readonly children: ComponentChildren; readonly onClose: () => void }) => (
  <aside class="details" aria-label={t('details.title')}>
    <header><h2>{t('details.title')}</h2><IconButton icon="close" label={t('details.close')} onClick={onClose} /></header>
    {children}
  </aside>
);

/** What is known about what is chosen, and who has access to it. */
export function Details({ folder, items, onShare, onClose }: DetailsProps) {
  const [item] = items;
  if (item === undefined) return <Frame onClose={onClose}><p class="hint">{t('details.none')}</p></Frame>;
  if (items.length > 1) {
    const size = items.reduce((sum, { size: one }) => sum + one, 0);
    return <Frame onClose={onClose}><p class="details-many">{t('select.count', { count: items.length })}</p><p class="hint">{bytes(size)}</p></Frame>;
  }
  return (
    <Frame onClose={onClose}>
      <div class="details-name"><KindIcon kind={kindOf(item)} large /><FileName name={item.name} /></div>
      {item.exposed && <Notice look="warn">{t('exposed.long')}</Notice>}
      <Access key={item.id} path={join(folder, item.name)} item={item} onShare={onShare} />
      <h3>{t('details.facts')}</h3>
      <dl class="facts">
        <div><dt>{t('details.kind')}</dt><dd>{kindText(item)}</dd></div>
        {item.kind === 'file' && <div><dt>{t('files.size')}</dt><dd>{bytes(item.size)}</dd></div>}
        <div><dt>{t('files.modified')}</dt><dd>{fullDate(item.modified)}</dd></div>
        <div><dt>{t('details.created')}</dt><dd>{fullDate(item.created)}</dd></div>
        {item.readOnly && <div><dt>{t('details.rights')}</dt><dd>{t('details.readOnly')}</dd></div>}
      </dl>
    </Frame>
  );
}

function kindText(item: Item): string {
  const kind = kindOf(item);
  const ending = endingOf(item.name).toUpperCase();
  return kind === 'folder' || ending === '' ? t(`details.kind.${kind}`) : t('details.kindOf', { kind: t(`details.kind.${kind}`), ending });
}

function Access({ path, item, onShare }: { readonly path: string; readonly item: Item; readonly onShare: (item: Item) => void }) {
  const { api } = useDrive();
  const called = useCalled();
  const [access] = useLoaded(() => api.access(path), path, (event) => event.type === 'changed');
  if (item.readOnly || access.state === 'failed') return null;
  const people = access.state === 'ready' ? access.value.people : item.shared?.people ?? [];
  const links = access.state === 'ready' ? access.value.links : [];
  return (
    <>
      <h3>{t('access.title')}</h3>
      <ul class="access">
        <li><span class="avatar avatar-small" aria-hidden="true"><Icon name="person" size={16} /></span><span>{t('access.you')}</span></li>
        {people.map((name) => <li key={name}><Avatar name={called(name)} size="small" /><Foreign text={called(name)} /></li>)}
        {links.map((link) => <li key={link.id}><span class="avatar avatar-small" aria-hidden="true"><Icon name="link" size={16} /></span><span>{t('access.link')}<small>{linkFacts(link)}</small></span></li>)}
      </ul>
      {people.length === 0 && links.length === 0 && <p class="hint">{t('access.nobody')}</p>}
      <Button icon="addPerson" onClick={() => { onShare(item); }}>{t('action.share')}</Button>
    </>
  );
}
