import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

export interface Viewport {
  /** Pixels. */
  readonly scrolled: number;
  readonly height: number;
  readonly width: number;
}

/** The part of a scrolling element that is seen. */
export function useViewport(element: RefObject<HTMLElement | null>): Viewport {
  const [viewport, setViewport] = useState<Viewport>({ scrolled: 0, height: 800, width: 960 });
  const look = (): void => {
    const { current } = element;
    if (current === null) return;
    const { scrollTop: scrolled, clientHeight: height, clientWidth: width } = current;
    setViewport((old) => (old.scrolled === scrolled && old.height === height && old.width === width ? old : { scrolled, height, width }));
  };
  useLayoutEffect(look, []);
  useEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    current.addEventListener('scroll', look, { passive: true });
    const watcher = new ResizeObserver(look);
    watcher.observe(current);
    return () => {
      current.removeEventListener('scroll', look);
      watcher.disconnect();
    };
  }, []);
  return viewport;
}
