import type { Item } from '../../contract.ts';
import { useCalled } from '../app-state.ts';
import { list } from '../format.ts';
import { Icon } from '../parts/icon.tsx';
import { Avatar } from '../parts/name.tsx';
import { t } from '../text.ts';

/** With whom, in one sentence; '' with nobody. */
export function useSharedText(): (item: Item) => string {
  const called = useCalled();
  return ({ shared }) => {
    if (shared === null) return '';
    const people = shared.people.length === 0 ? '' : t('shared.with', { people: list(shared.people.map(called)) });
    const links = shared.links === 0 ? '' : t('shared.links', { count: shared.links });
    return [people, links].filter((text) => text !== '').join(', ');
  };
}

/** Who else has it, at a glance. */
export function SharedMarks({ item }: { readonly item: Item }) {
  const text = useSharedText()(item);
  const called = useCalled();
  if (item.shared === null && !item.exposed) return null;
  const people = item.shared?.people ?? [];
  return (
    <span class="marks" title={text}>
      <span class="sr">{text}</span>
      {people.slice(0, 3).map((name) => <Avatar key={name} name={called(name)} size="small" />)}
      {people.length > 3 && <span class="avatar avatar-small" aria-hidden="true">{t('shared.more', { count: people.length - 3 })}</span>}
      {(item.shared?.links ?? 0) > 0 && <Icon name="link" size={16} />}
      {item.exposed && <span class="mark-exposed" title={t('exposed.short')}><Icon name="refresh" size={16} /><span class="sr">{t('exposed.short')}</span></span>}
    </span>
  );
}
