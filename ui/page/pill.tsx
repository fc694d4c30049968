import { useState } from 'preact/hooks';
import type { Connection } from '../contract.ts';
import { usePage } from './app-state.ts';
import { percent } from './format.ts';
import { Copyable } from './parts/copyable.tsx';
import { Dialog } from './parts/dialog.tsx';
import { Hops } from './parts/drawings.tsx';
import { Icon } from './parts/icon.tsx';
import { Foreign } from './parts/name.tsx';
import { Notice } from './parts/notice.tsx';
import { useStore } from './store.ts';
import { rich, t, type MessageId } from './text.ts';

/** How the connection is, in one word for the colour of its dot. */
type Health = 'good' | 'waiting' | 'local' | 'bad';

export function healthOf(connection: Connection | null): Health {
  if (connection === null) return 'waiting';
  if (!connection.online) return 'bad';
  if (connection.carrier === 'none') return 'local';
  if (connection.percent < 100) return 'waiting';
  return connection.reachable === false ? 'waiting' : 'good';
}

/** What Tor does at a percentage of its start. */
export function phaseOf(done: number): Extract<MessageId, `connect.phase.${string}`> {
  if (done < 5) return 'connect.phase.starting';
  if (done < 45) return 'connect.phase.connecting';
  if (done < 75) return 'connect.phase.map';
  return done < 100 ? 'connect.phase.path' : 'connect.phase.done';
}

function pillText(connection: Connection | null): readonly [main: string, more: string | null] {
  if (connection === null) return [t('pill.asking'), null];
  if (!connection.online) return [t('pill.offline'), null];
  if (connection.carrier === 'none') return [t('pill.local'), null];
  const carrier = connection.carrier === 'tor' ? 'Tor' : t('pill.direct');
  const main = `${carrier} ${percent(connection.percent / 100)}`;
  if (connection.percent < 100) return [main, t('pill.connecting')];
  if (connection.guest || connection.reachable === null) return [main, null];
  return [main, connection.reachable ? t('pill.reachable') : t('pill.unreachable')];
}

/** Never leaves the page. Pressed, it says more. */
export function Pill() {
  const connection = useStore(usePage().connection);
  const [isOpen, setOpen] = useState(false);
  const [main, more] = pillText(connection);
  return (
    <>
      <button type="button" class={`pill pill-${healthOf(connection)}`} aria-haspopup="dialog" aria-label={`${t('pill.label')}: ${main}${more === null ? '' : ` · ${more}`}`} onClick={() => { setOpen(true); }}>
        <span class="pill-dot" aria-hidden="true" />
        <span class="pill-main">{main}</span>
        {more !== null && <span class="pill-more">{more}</span>}
      </button>
      {isOpen && <ConnectionDialog connection={connection} onClose={() => { setOpen(false); }} />}
    </>
  );
}

function reachability({ reachable }: Connection): string {
  if (reachable === null) return t('connection.reachable.unknown');
  return reachable ? t('connection.reachable.yes') : t('connection.reachable.no');
}

function ConnectionDialog({ connection, onClose }: { readonly connection: Connection | null; readonly onClose: () => void }) {
  return (
    <Dialog title={t('connection.title')} size="small" onClose={onClose}>
      {connection === null ? <p>{t('pill.asking')}</p> : <ConnectionFacts connection={connection} />}
    </Dialog>
  );
}

/** Everything that is known about the connection. */
export function ConnectionFacts({ connection }: { readonly connection: Connection }) {
  const { carrier, percent: done, summary, advice, onion, online, guest } = connection;
  return (
    <>
      {!online && <Notice look="danger" icon="offline">{t('offline.text')}</Notice>}
      {carrier === 'tor' && <Hops fraction={online ? done / 100 : 0} failed={!online} />}
      {advice !== undefined && advice !== '' && <Notice look="warn"><Foreign text={advice} /></Notice>}
      <dl class="facts">
        <div><dt>{t('connection.carrier')}</dt><dd>{carrier === 'tor' ? t('connection.carrier.tor') : carrier === 'none' ? t('connection.carrier.none') : t('connection.carrier.direct')}</dd></div>
        {carrier !== 'none' && <div><dt>{t('connection.state')}</dt><dd>{percent(done / 100)}, {t(phaseOf(done))}</dd></div>}
        {summary !== '' && <div><dt>{t('connection.says')}</dt><dd><Foreign text={summary} /></dd></div>}
        <div><dt>{t('connection.reachable')}</dt><dd>{guest ? t('connection.guest') : reachability(connection)}</dd></div>
        {onion !== null && <div><dt>{t('connection.onion')}</dt><dd><Copyable text={onion} label={t('connection.copyOnion')} /></dd></div>}
      </dl>
    </>
  );
}

/** Across the page while the node does not answer, or does not let this page in. */
export function OfflineBar({ isOpen = false }: { readonly isOpen?: boolean }) {
  const connection = useStore(usePage().connection);
  const isOffline = connection !== null && !connection.online;
  // Where nothing is open, the whole page says it.
  const isStrange = isOpen && connection !== null && !connection.admitted;
  return (
    <div role="status" class={isOffline || isStrange ? 'offline-bar' : 'sr'}>
      {isOffline && <><Icon name="offline" /><span>{t('offline.text')}</span></>}
      {!isOffline && isStrange && <><Icon name="alert" /><span>{rich('strange.text', { command: <code dir="ltr">underkeep open</code> })}</span></>}
    </div>
  );
}
