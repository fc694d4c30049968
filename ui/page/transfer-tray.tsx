import { useState } from 'preact/hooks';
import { useDrive } from './app-state.ts';
import { bytes, duration, percent } from './format.ts';
import { errorText } from './errors.ts';
import { IconButton } from './parts/button.tsx';
import { Icon } from './parts/icon.tsx';
import { FileName } from './parts/name.tsx';
import { Progress } from './parts/progress.tsx';
import { useStore } from './store.ts';
import { t } from './text.ts';
import { isOver, type Part, type Transfer } from './transfers.ts';

/** So many files of one transfer are listed; those that move first. */
const LISTED = 40;

const fractionOf = ({ done, total, state }: Part): number => (total === 0 ? (state === 'done' ? 1 : 0) : done / total);

function stateText(part: Part, rate: number | null): string {
  const { done, total, state, error } = part;
  if (state === 'failed') return error === null ? t('transfer.state.failed') : errorText(Object.assign(new Error(error.message), { code: error.code }));
  if (state !== 'running') return t(`transfer.state.${state}`);
  const amount = t('transfer.amount', { done: bytes(done), total: bytes(total) });
  return rate === null || rate < 1 ? amount : `${amount} · ${t('transfer.left', { time: duration((total - done) / rate) })}`;
}

const RANK: Readonly<Record<Part['state'], number>> = { running: 0, failed: 1, paused: 2, waiting: 3, cancelled: 4, done: 5 };

function Parts({ transfer }: { readonly transfer: Transfer }) {
  const parts = [...transfer.parts.values()].sort((a, b) => RANK[a.state] - RANK[b.state]);
  const hidden = parts.length - LISTED;
  return (
    <ul class="parts">
      {parts.slice(0, LISTED).map((part) => (
        <li key={part.name} class={`part part-${part.state}`}>
          <FileName name={part.name} />
          <span class="part-state">{part.state === 'running' ? percent(fractionOf(part)) : t(`transfer.state.${part.state}`)}</span>
          {part.state === 'running' && <Progress fraction={fractionOf(part)} label={part.name} />}
        </li>
      ))}
      {hidden > 0 && <li class="part-rest">{t('transfer.more', { count: hidden })}</li>}
    </ul>
  );
}

function Controls({ transfer }: { readonly transfer: Transfer }) {
  const { api, notices } = useDrive();
  const { id, state, kind } = transfer;
  const ask = (work: (id: string) => Promise<void>) => () => { work(id).catch((error: unknown) => { notices.toast(errorText(error), { look: 'danger' }); }); };
  if (isOver(transfer)) return null;
  return (
    <span class="transfer-controls">
      {kind === 'upload' && (state === 'paused' ? <IconButton icon="play" label={t('transfer.resume')} onClick={ask((one) => api.resume(one))} small /> : <IconButton icon="pause" label={t('transfer.pause')} onClick={ask((one) => api.pause(one))} small />)}
      <IconButton icon="close" label={t('transfer.cancel')} onClick={ask((one) => api.cancel(one))} small />
    </span>
  );
}

function OneTransfer({ transfer }: { readonly transfer: Transfer }) {
  const [isOpen, setOpen] = useState(false);
  const count = transfer.parts.size;
  return (
    <li class={`transfer transfer-${transfer.state}`}>
      <div class="transfer-row">
        <Icon name={transfer.state === 'done' ? 'check' : transfer.state === 'failed' ? 'alert' : transfer.kind} />
        <div class="transfer-text"><FileName name={transfer.name} /><span class="transfer-state">{stateText(transfer, transfer.rate)}</span></div>
        {count > 1 && <button type="button" class={isOpen ? 'icon-button icon-button-small is-turned' : 'icon-button icon-button-small'} aria-expanded={isOpen} aria-label={t('transfer.files', { count })} title={t('transfer.files', { count })} onClick={() => { setOpen(!isOpen); }}><Icon name="down" size={16} /></button>}
        <Controls transfer={transfer} />
      </div>
      {!isOver(transfer) && <Progress fraction={fractionOf(transfer)} label={transfer.name} />}
      {isOpen && <Parts transfer={transfer} />}
    </li>
  );
}

function headOf(transfers: readonly Transfer[]): string {
  const active = transfers.filter((transfer) => !isOver(transfer));
  if (active.length === 0) return transfers.some(({ state }) => state === 'failed') ? t('transfer.someFailed') : t('transfer.allDone');
  const total = active.reduce((sum, transfer) => sum + transfer.total, 0);
  const done = active.reduce((sum, transfer) => sum + transfer.done, 0);
  return t('transfer.running', { count: active.length, percent: percent(total === 0 ? 0 : done / total) });
}

/** What is being sent and fetched. It stays until it is put away. */
export function TransferTray() {
  const { transfers } = useDrive();
  const all = [...useStore(transfers.all).values()].filter(({ state }) => state !== 'cancelled');
  const [isOpen, setOpen] = useState(true);
  if (all.length === 0) return null;
  const isIdle = all.every(isOver);
  return (
    <section class="tray" aria-label={t('transfer.label')}>
      <header class="tray-head">
        <h2><span role="status">{headOf(all)}</span></h2>
        <button type="button" class={isOpen ? 'icon-button icon-button-small' : 'icon-button icon-button-small is-turned'} aria-expanded={isOpen} aria-label={t('transfer.toggle')} title={t('transfer.toggle')} onClick={() => { setOpen(!isOpen); }}><Icon name="down" size={16} /></button>
        {isIdle && <IconButton icon="close" label={t('transfer.clear')} onClick={() => { transfers.clear(); }} small />}
      </header>
      {isOpen && <ul class="tray-list">{all.map((transfer) => <OneTransfer key={transfer.id} transfer={transfer} />)}</ul>}
    </section>
  );
}
