import { useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Outside } from '../parts/outside.tsx';
import { t } from '../text.ts';
import { Connect } from './connect.tsx';
import { FirstUpload } from './first-upload.tsx';
import { Kit } from './kit.tsx';
import { Passphrase, type Made } from './passphrase.tsx';

const STEPS = ['first.step.connect', 'first.step.passphrase', 'first.step.kit', 'first.step.upload'] as const;

function Steps({ at }: { readonly at: number }) {
  return (
    <ol class="steps" aria-label={t('first.steps')}>
      {STEPS.map((step, number) => (
        <li key={step} class={number < at ? 'step is-done' : number === at ? 'step is-on' : 'step'} aria-current={number === at ? 'step' : undefined}>
          <span class="step-number" aria-hidden="true">{number < at ? <Icon name="check" size={16} /> : t('first.number', { number: number + 1 })}</span>
          <span class="step-name">{t(step)}</span>
        </li>
      ))}
    </ol>
  );
}

interface FirstRunProps {
  readonly hasDrive: boolean;
  /** There is an account already. */
  readonly onHave: () => void;
  readonly onDone: () => void;
  /** The account exists: what follows may use its drive. */
  readonly openDrive: () => void;
}

/** Connect, passphrase, recovery kit, first files. */
export function FirstRun({ hasDrive, onHave, onDone, openDrive }: FirstRunProps) {
  const [at, setAt] = useState(0);
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Outside wide>
      <Steps at={at} />
      {at === 0 && <Connect onNext={() => { setAt(1); }} onHave={onHave} />}
      {at === 1 && <Passphrase onBack={() => { setAt(0); }} onMade={(account) => { setMade(account); openDrive(); setAt(2); }} />}
      {at === 2 && made !== null && hasDrive && <Kit made={made} onNext={() => { setMade(null); setAt(3); }} />}
      {at === 3 && hasDrive && <FirstUpload onDone={onDone} />}
    </Outside>
  );
}
