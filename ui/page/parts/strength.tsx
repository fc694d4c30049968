import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../app-state.ts';
import { deliver } from '../deliver.ts';
import { en } from '../messages/en.ts';
import { t, type MessageId } from '../text.ts';

export interface Judged {
  readonly score: 0 | 1 | 2 | 3 | 4;
  readonly hint: string;
}

/** How many guesses a passphrase stands, as the worker judges it; null for an empty one, and until it is known. */
export function useStrength(password: string, login: string): Judged | null {
  const { api } = usePage();
  const [judged, setJudged] = useState<{ readonly password: string; readonly value: Judged } | null>(null);
  useEffect(() => {
    if (password === '') return undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      void deliver(api.strength(password, login), (value) => { if (!isLate) setJudged({ password, value }); });
    }, 150);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [password, login]);
  return password !== '' && judged?.password === password ? judged.value : null;
}

const SCORES: readonly Extract<MessageId, `strength.${number}`>[] = ['strength.0', 'strength.1', 'strength.2', 'strength.3', 'strength.4'];

type HintId = Extract<MessageId, `strength.hint.${string}`>;
const isHint = (id: string): id is HintId => id.startsWith('strength.hint.') && Object.hasOwn(en, id);

/** Four strokes and a word; a hint where there is something to do. */
export function Strength({ strength }: { readonly strength: Judged | null }) {
  const score = strength?.score ?? 0;
  const hint = `strength.hint.${strength?.hint.replace(/^strength\.hint\./, '') ?? ''}`;
  return (
    <div class="strength">
      <span class={`strength-strokes strength-${strength === null ? 'none' : score}`} aria-hidden="true"><i /><i /><i /><i /></span>
      <p class="hint" role="status">{strength === null ? t('strength.wanted') : <><strong>{t(SCORES[score] ?? 'strength.0')}</strong>{isHint(hint) && score < 4 && <> {t(hint)}</>}</>}</p>
    </div>
  );
}
