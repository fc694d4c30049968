import { useLayoutEffect, useRef } from 'preact/hooks';

/** A bar; `fraction` null: under way, nobody knows how far. */
export function Progress({ fraction, label }: { readonly fraction: number | null; readonly label: string }) {
  const bar = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => { bar.current?.style.setProperty('--done', String(fraction ?? 0)); }, [fraction]);
  const now = fraction === null ? {} : { 'aria-valuenow': Math.floor(fraction * 100) };
  return (
    <span class={fraction === null ? 'progress is-unknown' : 'progress'} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} {...now}>
      <span ref={bar} class="progress-bar" />
    </span>
  );
}
