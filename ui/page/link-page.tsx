import { useEffect, useState } from 'preact/hooks';
import type { Item } from '../contract.ts';
import { useAction, useLoaded, usePage } from './app-state.ts';
import { codeOf, errorText } from './errors.ts';
import { bytes, when } from './format.ts';
import { kindOf } from './kinds.ts';
import { Button } from './parts/button.tsx';
import { Arches } from './parts/drawings.tsx';
import { Field } from './parts/field.tsx';
import { Icon, KindIcon } from './parts/icon.tsx';
import { later } from './parts/later.tsx';
import { FileName, Foreign } from './parts/name.tsx';
import { Empty, Failed, Loading, Notice } from './parts/notice.tsx';
import { Outside } from './parts/outside.tsx';
import { baseName, join, trailOf } from './paths.ts';
import { byName, sorted } from './sorting.ts';
import { spoken, t } from './text.ts';
import type { PreviewProps } from './preview/preview.tsx';
import type { ViewProps } from './preview/view.ts';

const FileView = later<ViewProps & { readonly onDownload: (item: Item) => void }>(async () => (await import('./preview/preview.tsx')).FileView);
const Preview = later<PreviewProps>(async () => (await import('./preview/preview.tsx')).Preview);

type Opening =
  | { readonly state: 'opening' }
  | { readonly state: 'password'; readonly wrong: boolean }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'open'; readonly item: Item };

/** What a link leads to, for somebody without an account. The part of the address behind # stays in the browser. */
export function LinkPage({ fragment, onClose }: { readonly fragment: string; readonly onClose: () => void }) {
  const { api } = usePage();
  const [opening, setOpening] = useState<Opening>({ state: 'opening' });
  const open = async (password?: string): Promise<void> => {
    try {
      const item = await (password === undefined ? api.openLink(fragment) : api.openLink(fragment, password));
      setOpening({ state: 'open', item });
    } catch (error) {
      const code = codeOf(error);
      if (code === 'password-needed' || code === 'wrong-password') setOpening({ state: 'password', wrong: code === 'wrong-password' });
      else setOpening({ state: 'failed', error });
    }
  };
  useEffect(() => { void open(); }, []);
  return (
    <Outside wide>
      {opening.state === 'opening' && <section class="card"><Arches icon="link" /><h1>{t('linkPage.opening')}</h1><Loading /></section>}
      {opening.state === 'password' && <Password wrong={opening.wrong} open={open} />}
      {opening.state === 'failed' && (
        <section class="card">
          <Empty icon="link" heading="h1" title={t('linkPage.failed')} action={<><Button icon="refresh" onClick={() => { setOpening({ state: 'opening' }); void open(); }}>{t('failed.retry')}</Button><Button look="quiet" onClick={onClose}>{t('linkPage.leave')}</Button></>}>{errorText(opening.error)}</Empty>
        </section>
      )}
      {opening.state === 'open' && <Opened item={opening.item} />}
    </Outside>
  );
}

function Password({ wrong, open }: { readonly wrong: boolean; readonly open: (password: string) => Promise<void> }) {
  const [password, setPassword] = useState('');
  const action = useAction();
  return (
    <form class="card unlock" onSubmit={(event) => { event.preventDefault(); action.run(() => open(password)); }}>
      <Arches icon="lock" />
      <h1>{t('linkPage.locked')}</h1>
      <p class="lead">{t('linkPage.lockedText')}</p>
      <Field label={t('unlock.password')} type="password" value={password} onInput={setPassword} autoFocus required fault={wrong && !action.busy ? t('error.wrong-password') : null} />
      <Button look="main" submit wide busy={action.busy} disabled={password === ''}>{t('linkPage.open')}</Button>
    </form>
  );
}

function Opened({ item }: { readonly item: Item }) {
  const { api } = usePage();
  const [error, setError] = useState<unknown>(null);
  const download = (paths: readonly string[]): void => {
    setError(null);
    api.downloadLink(paths).catch(setError);
  };
  return (
    <section class="card link-card">
      <header class="link-head">
        <KindIcon kind={kindOf(item)} large />
        <div class="entry-text"><h1><FileName name={item.name} /></h1><p class="hint">{item.kind === 'folder' ? t('details.kind.folder') : bytes(item.size)} · {when(item.modified)}</p></div>
        <Button look="main" icon="download" onClick={() => { download(['/']); }}>{item.kind === 'folder' ? t('linkPage.downloadAll') : t('action.download')}</Button>
      </header>
      {error !== null && <Notice look="danger">{errorText(error)}</Notice>}
      {item.kind === 'folder' ? <Inside top={item} onDownload={download} /> : <div class="link-view"><FileView item={item} read={(_, offset, length) => api.readLink('/', offset, length)} onDownload={() => { download(['/']); }} /></div>}
      <p class="link-foot"><Icon name="lock" size={16} />{t('linkPage.foot')}</p>
    </section>
  );
}

function Inside({ top, onDownload }: { readonly top: Item; readonly onDownload: (paths: readonly string[]) => void }) {
  const { api } = usePage();
  const [path, setPath] = useState('/');
  const [shown, setShown] = useState<string | null>(null);
  const [loaded, again] = useLoaded(() => api.listLink(path), path);
  const items = loaded.state === 'ready' ? sorted(loaded.value, byName, spoken.get().language) : [];
  const open = (item: Item): void => { if (item.kind === 'folder') setPath(join(path, item.name)); else setShown(item.id); };
  return (
    <>
      {path !== '/' && (
        <nav class="crumbs" aria-label={t('crumbs.label')}>
          <ol>{trailOf(path).map((folder, at, trail) => <li key={folder}>{at === trail.length - 1 ? <span class="crumb-here" aria-current="page"><Foreign text={baseName(folder)} /></span> : <><button type="button" class="crumb" onClick={() => { setPath(folder); }}><Foreign text={folder === '/' ? top.name : baseName(folder)} /></button><span class="flip" aria-hidden="true"><Icon name="chevron" size={16} /></span></>}</li>)}</ol>
        </nav>
      )}
      {loaded.state === 'loading' && <Loading />}
      {loaded.state === 'failed' && <Failed error={loaded.error} onRetry={again} />}
      {loaded.state === 'ready' && items.length === 0 && <p class="picker-empty">{t('empty.foreign')}</p>}
      <ul class="entries">
        {items.map((item) => (
          <li key={item.id}>
            <button type="button" class="entry entry-button" onClick={() => { open(item); }}>
              <KindIcon kind={kindOf(item)} />
              <span class="entry-text"><FileName name={item.name} /><small>{item.kind === 'folder' ? t('details.kind.folder') : bytes(item.size)} · {when(item.modified)}</small></span>
              <span class="flip"><Icon name="chevron" size={16} /></span>
            </button>
          </li>
        ))}
      </ul>
      {shown !== null && (
        <Preview
          items={items.filter(({ kind }) => kind === 'file')}
          id={shown}
          read={(item, offset, length) => api.readLink(join(path, item.name), offset, length)}
          onGo={setShown}
          onDownload={(item) => { onDownload([join(path, item.name)]); }}
          onClose={() => { setShown(null); }}
        />
      )}
    </>
  );
}
