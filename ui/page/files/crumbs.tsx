import { useDrive } from '../app-state.ts';
import { calledBy } from '../app-state.ts';
import { Icon } from '../parts/icon.tsx';
import { Foreign } from '../parts/name.tsx';
import { baseName, ownerOf, trailOf } from '../paths.ts';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import { dragTarget, dropOn } from './drag.ts';

interface CrumbsProps {
  readonly path: string;
  readonly label: string;
  readonly onGo: (path: string) => void;
  readonly onMove?: (folder: string, paths: readonly string[]) => void;
  /** The last one is the page's heading. */
  readonly heading?: boolean;
}

/** The way to a folder. In a friend's, it begins with the friend. */
export function Crumbs({ path, label, onGo, onMove, heading = false }: CrumbsProps) {
  const people = useStore(useDrive().people);
  const target = useStore(dragTarget);
  const owner = ownerOf(path);
  const trail = owner === null ? trailOf(path) : trailOf(path).slice(1);
  const nameOf = (folder: string): string => {
    if (folder === '/') return t('nav.files');
    return owner !== null && folder === `/@${owner}` ? t('crumbs.of', { name: calledBy(people, owner) }) : baseName(folder);
  };
  return (
    <nav class="crumbs" aria-label={label}>
      <ol>
        {trail.map((folder, at) => (
          <li key={folder}>
            {at === trail.length - 1
              ? heading ? <h1 aria-current="page"><Foreign text={nameOf(folder)} /></h1> : <span class="crumb-here" aria-current="page"><Foreign text={nameOf(folder)} /></span>
              : (
                <>
                  <button type="button" class={folder === target ? 'crumb is-target' : 'crumb'} onClick={() => { onGo(folder); }} {...(onMove === undefined ? {} : dropOn(folder, (paths) => { onMove(folder, paths); }))}><Foreign text={nameOf(folder)} /></button>
                  <span class="flip" aria-hidden="true"><Icon name="chevron" size={16} /></span>
                </>
              )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
