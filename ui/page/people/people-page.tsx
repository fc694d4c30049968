import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Person } from '../../contract.ts';
import { useAction, useDrive } from '../app-state.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { WithMenu, type OpenMenu } from '../parts/menu.tsx';
import { Avatar, Foreign } from '../parts/name.tsx';
import { Empty, Loading, Notice } from '../parts/notice.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import { AddPerson } from './add-person.tsx';
import { MyCard } from './my-card.tsx';
import { PetnameDialog } from './petname-dialog.tsx';
import { VerifyDialog } from './verify-dialog.tsx';
import { Standing } from './standing.tsx';

type OpenDialog = { readonly type: 'none' | 'add' | 'me' } | { readonly type: 'verify' | 'petname'; readonly person: Person };

/** Requests, friends, and oneself as the others see one. */
export function PeoplePage() {
  const { api, people: store } = useDrive();
  const people = useStore(store);
  const [open, show] = useState<OpenDialog>({ type: 'none' });
  const collect = useAction();
  const close = (): void => { show({ type: 'none' }); };
  const refresh = (): void => { collect.run(async () => { await api.collect(); store.set(await api.people()); }); };
  useEffect(refresh, []);
  const incoming = people?.filter(({ state }) => state === 'incoming') ?? [];
  const asked = people?.filter(({ state }) => state === 'requested') ?? [];
  const friends = people?.filter(({ state }) => state === 'confirmed' || state === 'unverified') ?? [];
  return (
    <div class="page scrolls">
      <div class="page-head">
        <h1>{t('nav.people')}</h1>
        <div class="toolbar">
          <IconButton icon="refresh" label={collect.busy ? t('people.collecting') : t('people.collect')} disabled={collect.busy} onClick={refresh} />
          <Button icon="qr" onClick={() => { show({ type: 'me' }); }}>{t('people.me')}</Button>
          <Button look="main" icon="addPerson" onClick={() => { show({ type: 'add' }); }}>{t('people.add')}</Button>
        </div>
      </div>
      {collect.error !== null && <Notice look="warn">{collect.error}</Notice>}
      {people === null && <Loading />}
      {people?.length === 0 && <Empty icon="people" title={t('people.none')} action={<><Button look="main" icon="addPerson" onClick={() => { show({ type: 'add' }); }}>{t('people.add')}</Button><Button icon="qr" onClick={() => { show({ type: 'me' }); }}>{t('people.me')}</Button></>}>{t('people.noneText')}</Empty>}
      {incoming.length > 0 && <Group title={t('people.incoming')}>{incoming.map((person) => <Request key={person.name} person={person} />)}</Group>}
      {friends.length > 0 && <Group title={t('people.friends')}>{friends.map((person) => <Friend key={person.name} person={person} show={show} />)}</Group>}
      {asked.length > 0 && <Group title={t('people.asked')}>{asked.map((person) => <Asked key={person.name} person={person} />)}</Group>}
      {open.type === 'add' && <AddPerson onClose={close} />}
      {open.type === 'me' && <MyCard onClose={close} />}
      {open.type === 'verify' && <VerifyDialog person={open.person} onClose={close} />}
      {open.type === 'petname' && <PetnameDialog person={open.person} onClose={close} />}
    </div>
  );
}

const Group = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="group"><h2>{title}</h2><ul class="entries">{children}</ul></section>
);

const shownName = ({ name, petname }: Person): string => petname ?? name;

function Request({ person }: { readonly person: Person }) {
  const { api, people, notices } = useDrive();
  const action = useAction();
  const answer = (work: () => Promise<void>, said: string) => () => {
    action.run(async () => {
      await work();
      notices.toast(said);
      people.set(await api.people());
    });
  };
  const { name } = person;
  return (
    <li class="entry">
      <Avatar name={name} />
      <span class="entry-text"><strong><Foreign text={name} /></strong><small>{person.note === null || person.note === '' ? t('people.wants') : <q><Foreign text={person.note} /></q>}</small>{action.error !== null && <small class="fault-text">{action.error}</small>}</span>
      <span class="entry-actions">
        <Button look="quiet" busy={action.busy} onClick={answer(() => api.decline(name), t('people.declined', { name }))}>{t('people.decline')}</Button>
        <Button look="main" busy={action.busy} onClick={answer(() => api.accept(name), t('people.accepted', { name }))}>{t('people.accept')}</Button>
      </span>
    </li>
  );
}

function Friend({ person, show }: { readonly person: Person; readonly show: (open: OpenDialog) => void }) {
  const { router } = useDrive();
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const more = (anchor: Element): void => {
    setMenu({
      anchor, label: t('people.more', { name: shownName(person) }), entries: [
        { id: 'files', label: t('people.files'), icon: 'folder', action: () => { router.go({ page: 'files', path: `/@${person.name}` }); } },
        { id: 'verify', label: t('people.compare'), icon: 'verified', action: () => { show({ type: 'verify', person }); } },
        { id: 'petname', label: t('people.petname'), icon: 'rename', action: () => { show({ type: 'petname', person }); } },
      ],
    });
  };
  return (
    <li class="entry">
      <Avatar name={shownName(person)} />
      <span class="entry-text">
        <strong><Foreign text={shownName(person)} /></strong>
        <small>{person.petname !== null && <><Foreign text={person.name} /> · </>}<Standing person={person} /></small>
      </span>
      {(!person.verified || person.changed) && <span class="entry-actions"><Button onClick={() => { show({ type: 'verify', person }); }}>{t('people.compareShort')}</Button></span>}
      <IconButton icon="more" label={t('people.more', { name: shownName(person) })} onClick={(event) => { more(event.currentTarget); }} />
      <WithMenu menu={menu} onClose={() => { setMenu(null); }} />
    </li>
  );
}

const Asked = ({ person }: { readonly person: Person }) => (
  <li class="entry">
    <Avatar name={shownName(person)} />
    <span class="entry-text"><strong><Foreign text={shownName(person)} /></strong><small>{t('people.waiting')}</small></span>
  </li>
);
