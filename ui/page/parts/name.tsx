import { initials, splitName, visible } from '../names.ts';

/** A file's name: on its own direction, nothing hidden in it, cut in the middle when it is long so that its ending stays. */
export function FileName({ name }: { readonly name: string }) {
  const [stem, ending] = splitName(name);
  return (
    <bdi class="file-name" title={visible(name)}>
      <span class="stem">{visible(stem)}</span>
      {ending !== '' && <span class="ending">{visible(ending)}</span>}
    </bdi>
  );
}

/** Any other text that somebody else wrote. */
export const Foreign = ({ text }: { readonly text: string }) => <bdi>{visible(text)}</bdi>;

/** A person's round sign. */
export const Avatar = ({ name, size = 'normal' }: { readonly name: string; readonly size?: 'small' | 'normal' | 'large' }) => <span class={`avatar avatar-${size}`} aria-hidden="true">{initials(name)}</span>;
