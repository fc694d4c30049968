import { useEffect, useState } from 'preact/hooks';
import { useDrive, useLoaded } from '../app-state.ts';
import { bytes, when } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { Icon, KindIcon } from '../parts/icon.tsx';
import { FileName, Foreign } from '../parts/name.tsx';
import { Empty, Failed, Loading } from '../parts/notice.tsx';
import { join, parentOf } from '../paths.ts';
import { t } from '../text.ts';

const LISTED = 200;

/** What is typed is searched for while it is typed. */
export function SearchBox({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        type="search"
        value={text}
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => { onText(event.currentTarget.value); }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onText('');
          if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
          event.preventDefault();
          document.querySelector<HTMLElement>('.result')?.focus();
        }}
      />
      {text === '' && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}

/** The text once typing has paused. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => { setPaused(text); }, 250);
    return () => { clearTimeout(timer); };
  }, [text]);
  return paused;
}

/** Up and down among the results. */
function walk(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const results = [...document.querySelectorAll<HTMLElement>('.result')];
  const at = results.findIndex((result) => result === document.activeElement) + step;
  (at < 0 ? document.querySelector<HTMLElement>('.search input') : results[at])?.focus();
}

/** What bears such a name, anywhere in the drive. */
export function SearchResults({ text, onGo }: { readonly text: string; readonly onGo: (folder: string, name: string | null) => void }) {
  const { api } = useDrive();
  const wanted = usePaused(text.trim());
  const [found, again] = useLoaded(() => (wanted === '' ? Promise.resolve([]) : api.search(wanted)), wanted);
  if (found.state === 'failed') return <Failed error={found.error} onRetry={again} />;
  if (found.state === 'loading' || wanted !== text.trim()) return <Loading label={t('search.running')} />;
  if (found.value.length === 0) return <Empty icon="search" title={t('search.none')}>{t('search.noneText')}</Empty>;
  const count = found.value.length;
  return (
    <section class="results" aria-label={t('search.results')}>
      <h1 class="results-head"><span role="status">{t('search.found', { count })}</span></h1>
      <ul onKeyDown={walk}>
        {found.value.slice(0, LISTED).map(({ path, item }) => (
          <li key={path}>
            <button type="button" class="result" onClick={() => { if (item.kind === 'folder') onGo(path, null); else onGo(parentOf(path), item.name); }}>
              <KindIcon kind={kindOf(item)} />
              <span class="result-text"><FileName name={item.name} /><span class="result-place"><Foreign text={parentOf(path) === '/' ? t('nav.files') : join(t('nav.files'), parentOf(path).slice(1))} /></span></span>
              <span class="result-facts">{item.kind === 'folder' ? '' : bytes(item.size)}</span>
              <span class="result-facts">{when(item.modified)}</span>
            </button>
          </li>
        ))}
      </ul>
      {count > LISTED && <p class="hint">{t('search.rest', { count: count - LISTED })}</p>}
    </section>
  );
}
