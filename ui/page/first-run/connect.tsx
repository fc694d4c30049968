import type { Connection } from '../../contract.ts';
import { usePage } from '../app-state.ts';
import { percent } from '../format.ts';
import { Button } from '../parts/button.tsx';
import { Actions } from '../parts/dialog.tsx';
import { Hops } from '../parts/drawings.tsx';
import { Foreign } from '../parts/name.tsx';
import { Notice } from '../parts/notice.tsx';
import { phaseOf } from '../pill.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';

function headline(connection: Connection | null): string {
  if (connection === null) return t('connect.asking');
  if (!connection.online) return t('connect.noNode');
  if (connection.carrier === 'none') return t('connect.none');
  if (connection.carrier === 'direct') return t('connect.direct');
  return t('connect.tor', { percent: percent(connection.percent / 100), phase: t(phaseOf(connection.percent)) });
}

/** Step 1: a live picture of the connection. A person may go on while it is being made: the account is on this node. */
export function Connect({ onNext, onHave }: { readonly onNext: () => void; readonly onHave: () => void }) {
  const connection = useStore(usePage().connection);
  const isOnline = connection?.online ?? false;
  const isReady = isOnline && (connection?.carrier !== 'tor' || connection.percent >= 100);
  const fraction = isOnline && connection?.carrier === 'tor' ? connection.percent / 100 : 0;
  return (
    <section class="card first">
      <h1>{t('connect.title')}</h1>
      <p class="lead">{t('connect.lead')}</p>
      <div class="connect">
        <Hops fraction={fraction} failed={connection !== null && !isOnline} />
        <div class="hop-names" aria-hidden="true"><span>{t('connect.you')}</span><span>{t('connect.relays')}</span><span>{t('connect.friends')}</span></div>
        <p class="connect-state" role="status">{headline(connection)}</p>
      </div>
      {connection?.advice !== undefined && connection.advice !== '' && <Notice look="warn"><Foreign text={connection.advice} /></Notice>}
      {connection?.carrier === 'none' && isOnline && <Notice>{t('connect.noneMore')}</Notice>}
      {connection?.guest === true && <Notice>{t('connect.guest')}</Notice>}
      <Actions>
        <Button look="quiet" onClick={onHave}>{t('connect.have')}</Button>
        <Button look="main" disabled={!isOnline} onClick={onNext}>{isReady || !isOnline ? t('first.next') : t('connect.goOn')}</Button>
      </Actions>
    </section>
  );
}
