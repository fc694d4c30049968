import { useMemo, useState } from 'preact/hooks';
import { useDrive, usePage } from '../app-state.ts';
import { day } from '../format.ts';
import { Button } from '../parts/button.tsx';
import { Actions } from '../parts/dialog.tsx';
import { Mark } from '../parts/drawings.tsx';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { useStore } from '../store.ts';
import { rich, t } from '../text.ts';
import type { Made } from './passphrase.tsx';
import { Words, wordsOf } from './words.tsx';

/** Two different places among `count`, the earlier first. */
function twoOf(count: number): readonly [number, number] {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint32Array(2));
  const first = a % count;
  const second = (first + 1 + (b % (count - 1))) % count;
  return [Math.min(first, second), Math.max(first, second)];
}

/** The sheet of paper: all that one needs to open the account again, and how. */
function Sheet({ made }: { readonly made: Made }) {
  const { connection } = usePage();
  const whoami = useStore(useDrive().whoami);
  const onion = useStore(connection)?.onion ?? null;
  const link = whoami?.contactLink ?? null;
  return (
    <article class="kit" aria-label={t('kit.sheet')}>
      <header><Mark size={32} /><div><strong>{t('kit.sheet')}</strong><span>{t('kit.made', { date: day(Date.now()) })}</span></div></header>
      <dl>
        <div><dt>{t('kit.login')}</dt><dd><code dir="ltr">{made.login}</code></dd></div>
        <div><dt>{t('kit.passphrase')}</dt><dd>{made.isDrawn ? <Words phrase={made.password} /> : <code class="kit-own" dir="ltr">{made.password}</code>}</dd></div>
        <div><dt>{t('kit.where')}</dt><dd>{onion === null ? rich('kit.here', { command: <code dir="ltr">underkeep open</code> }) : <code dir="ltr">{onion}</code>}</dd></div>
        {link !== null && <div><dt>{t('kit.contact')}</dt><dd><code dir="ltr">{link}</code></dd></div>}
      </dl>
      <p>{t('kit.how')}</p>
    </article>
  );
}

/** Step 3: on paper, and proven to be there. */
export function Kit({ made, onNext }: { readonly made: Made; readonly onNext: () => void }) {
  const [isChecking, setChecking] = useState(false);
  if (isChecking) return <Check made={made} onBack={() => { setChecking(false); }} onNext={onNext} />;
  return (
    <section class="card first">
      <h1>{t('kit.title')}</h1>
      <p class="lead">{t('kit.lead')}</p>
      <Sheet made={made} />
      <Notice look="warn">{t('kit.warning')}</Notice>
      <Actions>
        <Button icon="print" onClick={() => { print(); }}>{t('kit.print')}</Button>
        <Button look="main" onClick={() => { setChecking(true); }}>{t('kit.written')}</Button>
      </Actions>
    </section>
  );
}

function Check({ made, onBack, onNext }: { readonly made: Made; readonly onBack: () => void; readonly onNext: () => void }) {
  const words = useMemo(() => wordsOf(made.password), [made]);
  const asked = useMemo(() => (made.isDrawn && words.length > 1 ? twoOf(words.length) : null), [made]);
  const [given, setGiven] = useState<readonly [string, string]>(['', '']);
  const [whole, setWhole] = useState('');
  const [isWrong, setWrong] = useState(false);
  const clean = (text: string): string => text.trim().toLowerCase();
  const submit = (event: Event): void => {
    event.preventDefault();
    const isRight = asked === null ? whole === made.password : asked.every((place, at) => clean(given[at] ?? '') === words[place]);
    setWrong(!isRight);
    if (isRight) onNext();
  };
  const fault = isWrong ? t('kit.wrong') : null;
  return (
    <form class="card first" onSubmit={submit}>
      <h1>{t('kit.checkTitle')}</h1>
      <p class="lead">{asked === null ? t('kit.checkWhole') : t('kit.checkLead')}</p>
      {asked === null
        ? <Field label={t('passphrase.field')} type="password" value={whole} onInput={setWhole} fault={fault} autoFocus required />
        : (
          <div class="two">
            <Field label={t('kit.word', { number: asked[0] + 1 })} value={given[0]} onInput={(text) => { setGiven([text, given[1]]); }} literal autoFocus required />
            <Field label={t('kit.word', { number: asked[1] + 1 })} value={given[1]} onInput={(text) => { setGiven([given[0], text]); }} literal required fault={fault} />
          </div>
        )}
      <Actions>
        <Button look="quiet" onClick={onBack}>{t('kit.showAgain')}</Button>
        <Button look="main" submit>{t('kit.check')}</Button>
      </Actions>
    </form>
  );
}
