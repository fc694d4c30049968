import type { ComponentChildren } from 'preact';
import { usePage } from '../app-state.ts';
import { OfflineBar, Pill } from '../pill.tsx';
import { useStore } from '../store.ts';
import { bestLanguage, languages, spoken, t } from '../text.ts';
import { IconButton } from './button.tsx';
import { Brand } from './drawings.tsx';

/** Which language: shown where no account is open, since the choice is kept in the account. */
function LanguageChoice() {
  const page = usePage();
  const { language } = useStore(spoken);
  return (
    <label class="language">
      <span class="sr">{t('settings.language')}</span>
      <select onChange={(event) => { page.setPreferences({ language: bestLanguage([event.currentTarget.value]) }); }}>
        {languages.map(([code, name]) => <option key={code} value={code} lang={code} selected={code === language}>{name}</option>)}
      </select>
    </label>
  );
}

/** Light or dark, by one press. */
function ThemeToggle() {
  const page = usePage();
  const { theme } = useStore(page.preferences);
  const isDark = theme === null ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
  return <IconButton icon="sun" label={isDark ? t('theme.toLight') : t('theme.toDark')} onClick={() => { page.setPreferences({ theme: isDark ? 'light' : 'dark' }); }} />;
}

/** The frame of every page that is seen before an account is open. */
export function Outside({ children, wide = false }: { readonly children: ComponentChildren; readonly wide?: boolean }) {
  const page = usePage();
  return (
    <div class="outside">
      <header class="outside-head">
        <Brand />
        <span class="grow" />
        <LanguageChoice />
        <ThemeToggle />
        <Pill />
        <IconButton icon="leave" label={t('leave.label')} onClick={page.leave} />
      </header>
      <OfflineBar />
      <main class={wide ? 'outside-main is-wide' : 'outside-main'}>{children}</main>
    </div>
  );
}
