import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { deliver } from '../deliver.ts';
import { Failed, Loading } from './notice.tsx';

/** A component whose script is fetched when it is first drawn. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let held: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [, setLoaded] = useState(false);
    const [error, setError] = useState<unknown>(null);
    useEffect(() => {
      if (held !== null) return;
      void deliver(load(), (component) => {
        held = component;
        setLoaded(true);
      }, setError);
    }, []);
    if (error !== null) return <Failed error={error} />;
    if (held === null) return <Loading />;
    const Held = held;
    return <Held {...props} />;
  };
}
