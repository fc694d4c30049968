import { t } from '../text.ts';
import { later } from './later.tsx';

/** The encoder is fetched when the first code is shown. */
export const Qr = later<{ readonly text: string; readonly label: string }>(async () => (await import('./qr.tsx')).Qr);

/** A fingerprint as words, in the order in which they are read to each other. */
export const FingerprintWords = ({ words }: { readonly words: readonly string[] }) => (
  <ol class="fingerprint" dir="ltr" translate={false} aria-label={t('fingerprint.words')}>
    {words.map((word, at) => <li key={at}><span class="word-number" aria-hidden="true">{at + 1}</span><span class="word">{word}</span></li>)}
  </ol>
);
