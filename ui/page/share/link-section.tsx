import { useState } from 'preact/hooks';
import type { LinkInfo, LinkOptions } from '../../contract.ts';
import { useDrive, type Action } from '../app-state.ts';
import { day } from '../format.ts';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { t } from '../text.ts';
import { linkFacts } from './link-facts.ts';

const DAY = 86_400_000;
type Term = 'day' | 'week' | 'month' | 'never';
const TERMS: Readonly<Record<Term, number | null>> = { day: DAY, week: 7 * DAY, month: 30 * DAY, never: null };
type Count = 'any' | '1' | '5' | '20';

interface LinkSectionProps {
  readonly path: string;
  readonly links: readonly LinkInfo[];
  readonly action: Action;
  readonly onChange: () => void;
}

/** For somebody without an account. Password, end and count are in plain sight. */
export function LinkSection({ path, links, action, onChange }: LinkSectionProps) {
  const { api, notices } = useDrive();
  const [isMaking, setMaking] = useState(false);
  const revoke = (id: string): void => {
    action.run(async () => {
      await api.unlink(id);
      notices.say(t('link.revoked'));
      onChange();
    });
  };
  return (
    <section class="sheet-part">
      <div class="sheet-head"><h3>{t('link.title')}</h3>{!isMaking && <Button icon="link" onClick={() => { setMaking(true); }}>{t('link.make')}</Button>}</div>
      {links.length === 0 && !isMaking && <p class="hint">{t('link.none')}</p>}
      <ul class="links">
        {links.map((link) => (
          <li key={link.id} class="link">
            <Icon name="link" />
            <span class="entry-text"><Copyable text={link.url} label={t('link.copy')} /><small>{linkFacts(link)}</small></span>
            <Button look="quiet" disabled={action.busy} onClick={() => { revoke(link.id); }}>{t('link.revoke')}</Button>
          </li>
        ))}
      </ul>
      {isMaking && <LinkForm path={path} action={action} onCancel={() => { setMaking(false); }} onMade={() => { setMaking(false); onChange(); }} />}
    </section>
  );
}

function LinkForm({ path, action, onCancel, onMade }: { readonly path: string; readonly action: Action; readonly onCancel: () => void; readonly onMade: () => void }) {
  const { api, notices } = useDrive();
  const [password, setPassword] = useState('');
  const [term, setTerm] = useState<Term>('week');
  const [count, setCount] = useState<Count>('any');
  const length = TERMS[term];
  const expires = length === null ? null : Date.now() + length;
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      const options: LinkOptions = { ...(password === '' ? {} : { password }), ...(expires === null ? {} : { expires }), ...(count === 'any' ? {} : { opens: Number(count) }) };
      await api.link(path, options);
      notices.say(t('link.made'));
      onMade();
    });
  };
  return (
    <form class="link-form" onSubmit={submit}>
      <Field label={t('link.password')} hint={t('link.passwordHint')} type="password" value={password} onInput={setPassword} autocomplete="new-password" autoFocus />
      <div class="two">
        <Choice label={t('link.term')} value={term} onChange={setTerm} options={[['day', t('link.term.day')], ['week', t('link.term.week')], ['month', t('link.term.month')], ['never', t('link.term.never')]]} hint={expires === null ? t('link.neverHint') : t('link.until', { date: day(expires) })} />
        <Choice label={t('link.count')} value={count} onChange={setCount} options={[['any', t('link.count.any')], ['1', t('link.opens', { count: 1 })], ['5', t('link.opens', { count: 5 })], ['20', t('link.opens', { count: 20 })]]} />
      </div>
      <div class="actions">
        <Button look="quiet" onClick={onCancel}>{t('dialog.cancel')}</Button>
        <Button look="main" submit busy={action.busy}>{t('link.submit')}</Button>
      </div>
    </form>
  );
}
