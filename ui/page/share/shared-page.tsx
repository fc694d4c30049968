import { useState } from 'preact/hooks';
import type { Item } from '../../contract.ts';
import { useCalled, useDrive, useLoaded, type Loaded } from '../app-state.ts';
import { bytes, list, when } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { Button } from '../parts/button.tsx';
import { Segments } from '../parts/field.tsx';
import { Icon, KindIcon } from '../parts/icon.tsx';
import { Avatar, FileName, Foreign } from '../parts/name.tsx';
import { Empty, Failed, Loading } from '../parts/notice.tsx';
import { baseName, parentOf } from '../paths.ts';
import { t } from '../text.ts';
import { linkFacts } from './link-facts.ts';
import { ShareSheet } from './share-sheet.tsx';

type Side = 'with' | 'by';

/** What others gave, and what was given to others. */
export function SharedPage() {
  const [side, setSide] = useState<Side>('with');
  return (
    <div class="page scrolls">
      <div class="page-head"><h1>{t('nav.shared')}</h1><Segments label={t('shared.side')} value={side} onChange={setSide} options={[['with', t('shared.withMe')], ['by', t('shared.byMe')]]} /></div>
      {side === 'with' ? <WithMe /> : <ByMe />}
    </div>
  );
}

function Pending({ loaded, again }: { readonly loaded: Loaded<unknown>; readonly again: () => void }) {
  if (loaded.state === 'loading') return <Loading />;
  return loaded.state === 'failed' ? <Failed error={loaded.error} onRetry={again} /> : null;
}

function WithMe() {
  const { api, router } = useDrive();
  const called = useCalled();
  const [loaded, again] = useLoaded(() => api.sharedWithMe(), 'with', ({ type }) => type === 'people' || type === 'changed');
  if (loaded.state !== 'ready') return <Pending loaded={loaded} again={again} />;
  const givers = loaded.value.filter(({ items }) => items.length > 0);
  if (givers.length === 0) return <Empty icon="shared" title={t('shared.noneWith')} action={<Button icon="people" onClick={() => { router.go({ page: 'people' }); }}>{t('shared.toPeople')}</Button>}>{t('shared.noneWithText')}</Empty>;
  return (
    <>
      {givers.map(({ from, items }) => (
        <section key={from} class="group">
          <h2><Avatar name={called(from)} size="small" /> <Foreign text={called(from)} /></h2>
          <ul class="entries">{items.map((item) => <Given key={item.id} from={from} item={item} />)}</ul>
        </section>
      ))}
    </>
  );
}

function Given({ from, item }: { readonly from: string; readonly item: Item }) {
  const { router } = useDrive();
  const open = (): void => { router.go({ page: 'files', path: item.kind === 'folder' ? `/@${from}/${item.name}` : `/@${from}` }); };
  return (
    <li>
      <button type="button" class="entry entry-button" onClick={open}>
        <KindIcon kind={kindOf(item)} />
        <span class="entry-text"><FileName name={item.name} /><small>{item.kind === 'folder' ? t('details.kind.folder') : bytes(item.size)} · {when(item.modified)}</small></span>
        <span class="flip"><Icon name="chevron" size={16} /></span>
      </button>
    </li>
  );
}

function ByMe() {
  const { api } = useDrive();
  const called = useCalled();
  const [loaded, again] = useLoaded(() => api.sharedByMe(), 'by', ({ type }) => type === 'changed');
  const [open, setOpen] = useState<{ readonly path: string; readonly item: Item } | null>(null);
  if (loaded.state !== 'ready') return <Pending loaded={loaded} again={again} />;
  if (loaded.value.length === 0) return <Empty icon="shared" title={t('shared.noneBy')}>{t('shared.noneByText')}</Empty>;
  return (
    <>
      <ul class="entries">
        {loaded.value.map(({ path, item, people, links }) => (
          <li key={path} class="entry">
            <KindIcon kind={item === null ? 'file' : kindOf(item)} />
            <span class="entry-text">
              <FileName name={item?.name ?? baseName(path)} />
              <small><Foreign text={parentOf(path) === '/' ? t('nav.files') : parentOf(path)} /></small>
              <small class="entry-with">
                {people.length > 0 && <span>{t('shared.with', { people: list(people.map(called)) })}</span>}
                {links.map((link) => <span key={link.id}><Icon name="link" size={16} />{linkFacts(link)}</span>)}
              </small>
            </span>
            {item === null ? <span class="hint">{t('shared.gone')}</span> : <span class="entry-actions"><Button onClick={() => { setOpen({ path, item }); }}>{t('shared.manage')}</Button></span>}
          </li>
        ))}
      </ul>
      {open !== null && <ShareSheet path={open.path} item={open.item} onClose={() => { setOpen(null); again(); }} />}
    </>
  );
}
