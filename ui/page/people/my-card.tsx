import { useDrive } from '../app-state.ts';
import { Copyable } from '../parts/copyable.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FingerprintWords, Qr } from '../parts/fingerprint.tsx';
import { Avatar, Foreign } from '../parts/name.tsx';
import { Loading } from '../parts/notice.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';

/** Oneself, to be shown to others: link, code and words. */
export function MyCard({ onClose }: { readonly onClose: () => void }) {
  const me = useStore(useDrive().whoami);
  return (
    <Dialog title={t('me.title')} onClose={onClose}>
      {me === null ? <Loading /> : (
        <div class="me">
          <div class="me-name"><Avatar name={me.name ?? me.login} size="large" /><strong><Foreign text={me.name ?? me.login} /></strong></div>
          <p>{t('me.text')}</p>
          {me.contactLink !== null && (
            <div class="me-link">
              <Qr text={me.contactLink} label={t('me.qr')} />
              <div><h3>{t('me.link')}</h3><Copyable text={me.contactLink} label={t('me.copy')} /><p class="hint">{t('me.linkHint')}</p></div>
            </div>
          )}
          <h3>{t('me.words')}</h3>
          <FingerprintWords words={me.words} />
        </div>
      )}
    </Dialog>
  );
}
