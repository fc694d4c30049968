import { useId, useState } from 'preact/hooks';
import type { Item, Person } from '../../contract.ts';
import { calledBy, useAction, useDrive, useLoaded, type Action } from '../app-state.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Avatar, FileName, Foreign } from '../parts/name.tsx';
import { Notice } from '../parts/notice.tsx';
import { Standing } from '../people/standing.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import { LinkSection } from './link-section.tsx';

interface ShareSheetProps {
  readonly path: string;
  readonly item: Item;
  readonly onClose: () => void;
}

/** The one place where something is given to others: people, link, who has access, and the way back for each. */
export function ShareSheet({ path, item, onClose }: ShareSheetProps) {
  const { api } = useDrive();
  const [access, again] = useLoaded(() => api.access(path), path, (event) => event.type === 'changed');
  const action = useAction();
  const names = access.state === 'ready' ? access.value.people : item.shared?.people ?? [];
  const links = access.state === 'ready' ? access.value.links : [];
  return (
    <Dialog title={<span class="share-title"><span>{t('share.title')}</span><FileName name={item.name} /></span>} onClose={onClose}>
      {item.exposed && <Notice look="warn">{t('exposed.long')}</Notice>}
      {action.error !== null && <Notice look="danger">{action.error}</Notice>}
      <PeopleSection path={path} names={names} action={action} onChange={again} />
      <LinkSection path={path} links={links} action={action} onChange={again} />
    </Dialog>
  );
}

interface PeopleSectionProps {
  readonly path: string;
  readonly names: readonly string[];
  readonly action: Action;
  readonly onChange: () => void;
}

function PeopleSection({ path, names, action, onChange }: PeopleSectionProps) {
  const { api, people: store, notices } = useDrive();
  const people = useStore(store);
  const share = (name: string): void => {
    action.run(async () => {
      await api.share(path, name);
      notices.say(t('share.added', { name: calledBy(people, name) }));
      onChange();
    });
  };
  const unshare = (name: string): void => {
    action.run(async () => {
      await api.unshare(path, name);
      notices.say(t('share.taken', { name: calledBy(people, name) }));
      onChange();
    });
  };
  const candidates = (people ?? []).filter(({ name, state }) => state === 'confirmed' || state === 'unverified' ? !names.includes(name) : false);
  return (
    <section class="sheet-part">
      <h3>{t('share.people')}</h3>
      <PersonField candidates={candidates} isAlone={people?.length === 0} busy={action.busy} onPick={share} />
      <ul class="access">
        <li class="access-row"><span class="avatar avatar-normal" aria-hidden="true"><Icon name="person" size={16} /></span><span class="entry-text"><strong>{t('access.you')}</strong><small>{t('access.owner')}</small></span></li>
        {names.map((name) => <Reader key={name} name={name} person={people?.find((person) => person.name === name) ?? null} busy={action.busy} onRemove={() => { unshare(name); }} />)}
      </ul>
      {names.length > 0 && <p class="hint">{t('share.revokeHint')}</p>}
    </section>
  );
}

function Reader({ name, person, busy, onRemove }: { readonly name: string; readonly person: Person | null; readonly busy: boolean; readonly onRemove: () => void }) {
  const shown = person?.petname ?? name;
  return (
    <li class="access-row">
      <Avatar name={shown} />
      <span class="entry-text"><strong><Foreign text={shown} /></strong><small>{person === null ? t('access.canRead') : <Standing person={person} />}</small></span>
      <Button look="quiet" disabled={busy} onClick={onRemove}>{t('share.remove')}</Button>
    </li>
  );
}

interface PersonFieldProps {
  readonly candidates: readonly Person[];
  readonly isAlone: boolean;
  readonly busy: boolean;
  readonly onPick: (name: string) => void;
}

/** A field with the friends that fit what is typed; arrows choose, Enter shares. */
function PersonField({ candidates, isAlone, busy, onPick }: PersonFieldProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const wanted = text.trim().toLocaleLowerCase();
  const fitting = candidates.filter(({ name, petname }) => name.toLocaleLowerCase().includes(wanted) || (petname?.toLocaleLowerCase().includes(wanted) ?? false)).slice(0, 6);
  const pick = (person: Person | undefined): void => {
    if (person === undefined || busy) return;
    setText('');
    setOpen(false);
    onPick(person.name);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      setAt((old) => (fitting.length === 0 ? 0 : (old + (event.key === 'ArrowDown' ? 1 : -1) + fitting.length) % fitting.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (isOpen) pick(fitting[at]);
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };
  if (isAlone) return <p class="hint">{t('share.noFriends')}</p>;
  return (
    <div class="combo">
      <div class="field-box">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label={t('share.field')}
          placeholder={t('share.field')}
          aria-expanded={isOpen && fitting.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && fitting.length > 0 ? `${id}-${at}` : undefined}
          value={text}
          autocomplete="off"
          autofocus={matchMedia('(hover: hover)').matches}
          spellcheck={false}
          onInput={(event) => { setText(event.currentTarget.value); setAt(0); setOpen(true); }}
          onClick={() => { setOpen(true); }}
          onBlur={() => { setOpen(false); }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul class={isOpen && fitting.length > 0 ? 'combo-list is-open' : 'combo-list'} id={`${id}-list`} role="listbox" aria-label={t('share.candidates')}>
        {fitting.map((person, number) => (
          <li key={person.name} id={`${id}-${number}`} role="option" aria-selected={number === at} class={number === at ? 'combo-item is-on' : 'combo-item'} onMouseDown={(event) => { event.preventDefault(); pick(person); }} onMouseMove={() => { setAt(number); }}>
            <Avatar name={person.petname ?? person.name} size="small" />
            <span class="entry-text"><Foreign text={person.petname ?? person.name} /></span>
            <Standing person={person} />
          </li>
        ))}
      </ul>
      {isOpen && wanted !== '' && fitting.length === 0 && <p class="hint">{t('share.noMatch')}</p>}
    </div>
  );
}

